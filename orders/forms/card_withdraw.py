"""Why a customer's permission to keep a card ends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.reason import ReasonForm
from orders.forms.text import TextField
from orders.services.attend import LONGEST_REASON


class CardWithdrawForm(ReasonForm):
    """The customer's words, or by which call or letter they came."""

    reason = TextField(
        label=_("How the customer said so"),
        required=True,
        max_length=LONGEST_REASON,
        help_text=_("The call or the letter, and their words. It stays with the permission."),
        error_messages={"required": _("Say how the customer withdrew it, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
