"""Starting a repeat run: why rows are charged that look like another charge."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.errors import Refused
from orders.forms.text import TextField
from orders.services.attend import LONGEST_REASON


class RepeatStartForm(forms.Form):
    """What ``services.repeat_runs.start`` asks for."""

    reason = TextField(
        label=_("Why rows that look like another charge are charged too"),
        max_length=LONGEST_REASON,
        help_text=_("Empty: they are not charged. The reason stays in the trail with your name."),
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "dir": "auto",
                "autocomplete": "off",
                "aria-describedby": "id_reason_helptext id_reason_error",
            }
        ),
    )

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the service at the field it concerns."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
