"""Which card an order is to be charged to, and whether it may be kept.

No field here takes a card number, an expiry or a CVV: those go from the browser to the gateway and
have no name towards this server.
"""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.errors import Refused
from orders.forms.consent import ConsentForm
from orders.forms.text import TextField
from orders.models import Customer, StoredCard
from orders.purposes import Initiator
from orders.services.attend import LONGEST_REASON
from orders.services.near_duplicates import Confirmation, NearDuplicate, Warned
from orders.services.new_order import NewConsent

NEW_CARD = "new"
FORM_ID = "order-form"


class CardChoiceForm(ConsentForm):
    """The choice of card for another try on an order; the manual order form extends it."""

    form_key = forms.RegexField(
        r"^[a-z2-7]{26}\Z",
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid"),
            _("This form is too old. Load the page again. Nothing was charged."),
        ),
    )
    card = forms.CharField(
        label=_("Card"),
        max_length=20,
        error_messages={"required": _("Choose a stored card or a new card.")},
    )
    reason = TextField(
        label=_("Why it is charged all the same"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = TextField(max_length=2000, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        card_owner: Customer | None = None,
        order_currency: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.card_owner = card_owner
        self.order_currency = order_currency
        self.stored_card: StoredCard | None = None
        self.near: list[NearDuplicate] = []
        for name, field in self.fields.items():
            self._dress(name, field)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("card", NEW_CARD) != NEW_CARD:
            self.stored_card = self._chosen_card(self.cleaned_data["card"])
        else:
            self.check_consent()
        return self.cleaned_data

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the services at the field it concerns, with what it warns of."""
        self.near = refusal.found if isinstance(refusal, Warned) else []
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    def confirmation(self) -> Confirmation:
        """The reason typed, for the near-duplicates that the form showed."""
        seen = frozenset(self.cleaned_data["seen"].split())
        return Confirmation(self.cleaned_data["reason"], seen)

    def consent(self, source: str, reference: str) -> NewConsent | None:
        """The answer to whether a new card may be kept; ``None`` where a stored card is charged."""
        return None if self.stored_card else super().consent(source, reference)

    @property
    def consent_currency(self) -> str:
        """That of the order that is to be charged."""
        return self.order_currency

    @property
    def initiated_by(self) -> str:
        """Who starts the charge to the stored card, as chosen beside it; the customer, unless the
        form says otherwise.
        """
        chosen = self.stored_card
        return (self.started(chosen) if chosen else "") or Initiator.CUSTOMER

    def started(self, card: StoredCard) -> str:
        """Who is chosen to start a charge to ``card``, "" while nobody is."""
        name = f"started-{card.pk}"
        started = self.data.get(name, "") or self.initial.get(name, "")
        return started if started in Initiator.values else ""

    def lines(self) -> list[dict[str, str]]:
        """Every error as ``id`` of its control ("" where there is none to see) and ``text``."""
        lines = [{"id": "", "text": str(error)} for error in self.non_field_errors()]
        for field in map(self.__getitem__, self.fields):
            place = "" if field.is_hidden else field.auto_id
            errors = field.errors.as_data()
            lines += [{"id": place, "text": _named(field, error)} for error in errors]
        return lines

    def _chosen_card(self, chosen: str) -> StoredCard | None:
        """The stored card of this customer, refused with a sentence if it is not usable."""
        card = stored_card_of(self.card_owner, chosen)
        if card is None:
            self.add_error("card", _("This customer has no such card. Choose another card."))
        return card

    def _dress(self, name: str, field: forms.Field) -> None:
        """Tie the control to the order's form wherever on the page it stands, and to its lines."""
        attrs = field.widget.attrs
        attrs["form"] = FORM_ID
        if isinstance(field.widget, forms.HiddenInput):
            return
        help_line = f"id_{name}_helptext " if field.help_text else ""
        attrs["aria-describedby"] = f"{help_line}id_{name}_error"
        if isinstance(field.widget, forms.CheckboxInput):
            attrs["class"] = "form-check-input"
        elif isinstance(field.widget, forms.RadioSelect):
            is_plain = name in ConsentForm.base_fields
            attrs["class"] = "form-check-input" if is_plain else "btn-check"
        elif isinstance(field.widget, forms.Select):
            attrs["class"] = "form-select"
        else:
            attrs |= {"class": "form-control", "autocomplete": "off", "dir": "auto"} | attrs


def stored_card_of(customer: Customer | None, chosen: str) -> StoredCard | None:
    """The stored card of ``customer`` whose key the browser sent, or ``None``."""
    if customer is None or not re.fullmatch("[0-9]{1,18}", chosen):
        return None
    return StoredCard.objects.filter(customer=customer, pk=chosen).first()


def _named(field: forms.BoundField, error: ValidationError) -> str:
    """The sentence; with the field's name where Django says "this value"."""
    text = " ".join(error.messages)
    return f"{field.label}: {text}" if error.code == "max_length" else text
