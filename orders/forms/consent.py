"""Whether a new card may be kept: what was read to the customer, and what they answered.

Unticked nothing is asked and nothing is kept. Ticked, the answer must be recorded, also a no.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from orders import money
from orders.errors import Refused
from orders.forms.text import TextField
from orders.purposes import Purpose
from orders.services import consents
from orders.services.new_order import NewConsent
from orders.states import Source

YES, NO = "yes", "no"


class ConsentForm(forms.Form):
    """The part of a form for a new card that asks for the permission to keep it."""

    keep_card = forms.BooleanField(label=_("Keep this card"), required=False)
    purpose_code = forms.ChoiceField(
        label=_("What the card is kept for"),
        choices=Purpose.choices,
        initial=Purpose.ORDERS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose what the card is kept for.")},
    )
    purpose = TextField(
        label=_("In words"),
        max_length=120,
        help_text=_("Read aloud too, for instance the contract or the product."),
    )
    script_language = forms.ChoiceField(
        label=_("Language it is read in"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.RadioSelect,
    )
    per_charge = TextField(label=_("At most for one charge"), max_length=40)
    per_month = TextField(label=_("At most in a month"), max_length=40)
    ends_on = forms.DateField(
        label=_("Permission ends on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Type the date as year-month-day, like 2027-05-31.")},
    )
    answer = forms.ChoiceField(
        label=_("The answer"),
        choices=[(YES, _("Yes")), (NO, _("No"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["script_language"].initial = get_language() or "en"
        self.ceilings: dict[str, int] = {}

    def consent(self, source: str, reference: str) -> NewConsent | None:
        """The customer's answer, given as ``source`` says, or ``None`` where nobody asked. Call it
        on a valid form only.
        """
        cleaned = self.cleaned_data
        if not cleaned["keep_card"]:
            return None
        asked = NewConsent(
            is_given=cleaned["answer"] == YES,
            script_version=consents.SCRIPT_VERSION,
            language=cleaned["script_language"] or "en",
            given_by=f"{Source(source).label} {reference}".strip(),
            purpose_code=cleaned["purpose_code"],
            purpose=cleaned["purpose"],
        )
        if not asked.is_given:
            return asked
        return replace(
            asked,
            currency=self.consent_currency if self.ceilings else "",
            ceiling_per_charge_minor=self.ceilings.get("per_charge"),
            ceiling_per_month_minor=self.ceilings.get("per_month"),
            ends_on=cleaned["ends_on"],
        )

    @property
    def consent_currency(self) -> str:
        """The currency that the ceilings are in: that of the order."""
        raise NotImplementedError

    def check_consent(self) -> None:
        """Tell what is missing where the customer was asked. For ``clean`` of a new card's form."""
        cleaned = self.cleaned_data
        if not cleaned.get("keep_card"):
            return
        if not cleaned.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Read the words aloud, then record the customer's answer."))
        if cleaned.get("answer") != YES:
            return
        if not cleaned.get("purpose_code") and "purpose_code" not in self.errors:
            self.add_error("purpose_code", _("Choose what the card is kept for."))
        for name in ("per_charge", "per_month"):
            self._read_ceiling(name)
        per_charge, per_month = self.ceilings.get("per_charge"), self.ceilings.get("per_month")
        self._check(partial(consents.check_ceilings, per_charge, per_month))
        self._check(partial(consents.check_end, cleaned.get("ends_on")))

    def _read_ceiling(self, name: str) -> None:
        typed = self.cleaned_data.get(name)
        if typed and self.consent_currency:
            try:
                self.ceilings[name] = money.parse_amount(typed, self.consent_currency)
            except Refused as refusal:
                self.add_error(name, str(refusal))

    def _check(self, rule: Callable[[], None]) -> None:
        """Show what the service refuses beside its field."""
        try:
            rule()
        except Refused as refusal:
            self.add_error(refusal.field, str(refusal))
