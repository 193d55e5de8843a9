"""To whom a receipt goes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.refusing import RefusingForm


class SendReceiptForm(RefusingForm):
    """What ``services.receipts.ask`` asks for; ``about`` is the key of an operation, or nothing."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        error_messages={"required": _("Type an email address.")},
        widget=forms.EmailInput(
            attrs={
                "class": "form-control",
                "dir": "ltr",
                "autocomplete": "off",
                "aria-describedby": "id_email_error",
            }
        ),
    )
    corrects_customer = forms.BooleanField(
        label=_("From now on this is the customer's email"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    form_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    about = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, may_correct: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_correct:
            del self.fields["corrects_customer"]
