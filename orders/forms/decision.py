"""What a second person says to a request: nothing more where it is approved, why where not."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.errors import Refused
from orders.forms.text import TextField
from orders.services.attend import LONGEST_REASON


class DecisionForm(forms.Form):
    """What ``services.approvals`` asks for."""

    reason = TextField(
        label=_("Reason for refusing"),
        max_length=LONGEST_REASON,
        help_text=_("Who asked reads it, and it stays in the audit trail."),
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
