"""A payment outside the gateway: what the paper says, when it came, and why no card was charged."""

from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.errors import Refused
from orders.forms.history import DayField
from orders.forms.reason import ReasonForm
from orders.forms.text import TextField
from orders.services.outside_received import LONGEST_AGO, LONGEST_REFERENCE
from orders.services.place import new_form_key
from orders.states import OutsideMethod

# What the number on the paper is called.
_REFERENCES: dict[OutsideMethod, Promise] = {
    OutsideMethod.CASH: _("Receipt number"),
    OutsideMethod.CHEQUE: _("Cheque number"),
    OutsideMethod.TRANSFER: _("Bank's reference"),
}


class OutsideForm(ReasonForm):
    """What ``services.outside_payments`` asks for, of a payment by ``method``.

    ``goes_on`` is asked only where ``coming`` names charges that may still have taken the money;
    ``beside`` carries which ones the page showed.
    """

    reference = TextField(
        required=True,
        max_length=LONGEST_REFERENCE,
        help_text=_("As it stands on the paper."),
        error_messages={"required": _("Type what the paper says.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    received_on = DayField(label=_("Received on"))
    goes_on = forms.BooleanField(
        label=_("I know this and go on. The reason says why."), required=False
    )
    form_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    amount_minor = forms.IntegerField(widget=forms.HiddenInput)
    beside = forms.CharField(required=False)  # the page writes it, by what it shows

    field_order = ["reference", "received_on", "reason", "goes_on"]

    def __init__(
        self, data: Any = None, *, method: OutsideMethod, amount_minor: int, coming: list[str]
    ) -> None:
        today = clock.today()
        initial = {
            "form_key": new_form_key(),
            "amount_minor": amount_minor,
            "received_on": today,
        }
        super().__init__(data, initial=initial)
        self.fields["reference"].label = str(_REFERENCES[method])
        reason = self.fields["reason"]
        reason.label = str(_("Why it was not paid by card"))
        reason.help_text = str(_("It stays in the audit trail with your name."))
        day = self.fields["received_on"]
        day.required = True
        day.error_messages["required"] = str(_("Type the day it came."))
        day.widget.attrs |= {"max": today.isoformat(), "min": (today - LONGEST_AGO).isoformat()}
        if coming:
            self.fields["goes_on"].widget.attrs["class"] = "form-check-input"
        else:
            del self.fields["goes_on"]

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal. What was ticked for other charges has to be ticked anew for these."""
        if refusal.code == "charge_may_come":
            self.data = {name: self.data[name] for name in self.data if name != "goes_on"}
        super().refuse(refusal)

    @property
    def confirmed(self) -> frozenset[str]:
        """The references of the charges that the page showed and the person goes on beside."""
        typed = self.cleaned_data
        return frozenset(typed["beside"].split()) if typed.get("goes_on") else frozenset()

    @property
    def day(self) -> date:
        """When it was received. Call it on a valid form only."""
        received_on: date = self.cleaned_data["received_on"]
        return received_on
