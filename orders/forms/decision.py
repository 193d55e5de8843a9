"""What a second person says to a request: nothing more where it is approved, why where not."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.reason import ReasonForm
from orders.forms.text import TextField
from orders.services.attend import LONGEST_REASON


class DecisionForm(ReasonForm):
    """What ``services.approvals`` asks for."""

    reason = TextField(
        label=_("Reason for refusing"),
        max_length=LONGEST_REASON,
        help_text=_("Who asked reads it, and it stays in the audit trail."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
