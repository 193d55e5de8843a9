"""What a person found out about a difference from the gateway's report."""

from typing import Any

from django.utils.translation import gettext as _

from orders.forms.reason import ReasonForm


class DifferenceNoteForm(ReasonForm):
    """A note in a person's own words: a reason that closes nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.label = _("Note")
        field.help_text = _("What was found out. It stays in the audit trail with your name.")
        field.error_messages["required"] = _("Say it in a few words.")
