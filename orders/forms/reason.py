"""Why a person does something that evidence alone cannot do, and who agrees to it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.refusing import RefusingForm, dress
from orders.forms.text import TextField
from orders.services.attend import LONGEST_REASON


class ReasonForm(RefusingForm):
    """A reason in a person's own words; ``refuse`` shows what the service would not take."""

    reason = TextField(
        label=_("Reason"),
        required=True,
        max_length=LONGEST_REASON,
        help_text=_("What was found and done. It stays in the audit trail with your name."),
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
