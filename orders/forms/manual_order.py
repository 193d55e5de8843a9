"""The manual order: how it came, who orders, what for, how much, and on which card."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders import money
from orders.errors import Refused
from orders.forms.card_choice import CardChoiceForm
from orders.forms.consent import ConsentForm
from orders.forms.text import TextField
from orders.models import Customer, Operation, Order
from orders.services import rules
from orders.services.customer_details import normalise_phone
from orders.services.new_order import NewCustomer, NewOrder
from orders.states import Kind, Source

COMBOBOX = {
    "role": "combobox",
    "aria-autocomplete": "list",
    "aria-controls": "customer-list",
    "aria-expanded": "false",
    "data-alt-key": "c",
}
SOURCES = (Source.PHONE, Source.POST, Source.IN_PERSON)
NEW_CUSTOMER = ("name", "email", "phone", "address", "city", "country")


def _currencies() -> list[tuple[str, str]]:
    """Read when a form is made, so that tests may hold the settings."""
    return [(code, code) for code in settings.CURRENCIES]


def _always(sentence: str | Promise) -> dict[str, Any]:
    """The same sentence for a choice that is missing and for one that does not exist."""
    return {"required": sentence, "invalid_choice": sentence}


class ManualOrderForm(CardChoiceForm):
    """The order part of the page, with the customer chosen or typed in place."""

    source = forms.ChoiceField(
        label=_("Source"),
        choices=[(source.value, source.label) for source in SOURCES],
        widget=forms.RadioSelect,
        error_messages=_always(_("Choose how the order came.")),
    )
    call_reference = TextField(label=_("Call reference"), max_length=60)
    slip_number = TextField(label=_("Slip number"), max_length=60)
    reference = TextField(label=_("Order reference"), max_length=60)
    description = TextField(label=_("Description"), max_length=250)
    note = TextField(
        label=_("Internal note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The customer never sees this. Never type a card number here."),
    )
    customer_search = TextField(
        label=_("Customer"),
        max_length=120,
        help_text=_("Name, phone, email or customer number."),
        widget=forms.TextInput(attrs=COMBOBOX),
    )
    customer = TextField(widget=forms.HiddenInput)
    again = TextField(max_length=40, widget=forms.HiddenInput)
    name = TextField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        required=False,
        help_text=_("Leave empty if there is none."),
        widget=forms.EmailInput(attrs={"dir": "ltr"}),
    )
    phone = TextField(
        label=_("Phone"),
        max_length=30,
        help_text=_("With + and the country code."),
        widget=forms.TextInput(attrs={"dir": "ltr", "type": "tel"}),
    )
    address = TextField(
        label=_("Address"),
        max_length=250,
        help_text=_("Needed where there is neither email nor phone."),
    )
    city = TextField(label=_("Town"), max_length=80)
    country = TextField(label=_("Country"), max_length=80)
    # Not "Email ...": people and tests find the field of that name by its label.
    send_receipts = forms.BooleanField(label=_("Send a receipt"), initial=True, required=False)
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=_currencies,
        error_messages=_always(_("Choose a currency from the list.")),
    )
    amount = TextField(
        label=_("Amount"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "data-alt-key": "a"}),
    )
    wants = forms.ChoiceField(
        label=_("Take now or reserve"),
        choices=[
            (Kind.PURCHASE.value, _("Take now")),
            (Kind.AUTHORIZATION.value, _("Reserve only")),
        ],
        initial=Kind.PURCHASE.value,
        widget=forms.RadioSelect,
        error_messages=_always(_("Choose to take now or to reserve.")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.amount_minor = 0
        self.order_fields([name for name in self.fields if name not in _LAST] + list(_LAST))

    def clean_reference(self) -> str:
        try:
            rules.check_reference(self.cleaned_data["reference"])
        except Refused as refusal:
            # The order this very form made is no other order: the services show it again.
            if not Operation.objects.filter(form_key=self.data.get("form_key")).exists():
                raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        return str(self.cleaned_data["reference"])

    def clean_phone(self) -> str:
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("customer"):
            self.card_owner = customer_called(cleaned["customer"])
            if self.card_owner is None:
                self.add_error(
                    "customer_search", _("This customer is not there any more. Choose again.")
                )
        else:
            self._check_new_customer()
        if "amount" in cleaned and "currency" in cleaned:
            try:
                self.amount_minor = money.parse_amount(cleaned["amount"], cleaned["currency"])
            except Refused as refusal:
                self.refuse(refusal)
        return super().clean()

    @property
    def consent_currency(self) -> str:
        """That of the order as typed, "" where it is none."""
        return str(self.cleaned_data.get("currency", ""))

    def new_order(self, again_of: Order | None = None) -> NewOrder:
        """The order as typed, a copy of ``again_of`` where the customer is still the same. Call it
        on a valid form only.
        """
        cleaned = self.cleaned_data
        source = cleaned["source"]
        return NewOrder(
            source=source,
            customer=self.card_owner
            or NewCustomer(**{name: cleaned[name] for name in NEW_CUSTOMER}),
            amount_minor=self.amount_minor,
            currency=cleaned["currency"],
            wants=cleaned["wants"],
            reference=cleaned["reference"],
            description=cleaned["description"],
            note=cleaned["note"],
            call_reference=cleaned["call_reference"] if source == Source.PHONE else "",
            slip_number=cleaned["slip_number"] if source == Source.POST else "",
            send_receipts=cleaned["send_receipts"],
            again_of=again_of if again_of and again_of.customer == self.card_owner else None,
        )

    @property
    def shows_new_customer(self) -> bool:
        """Whether something was typed about a new customer, so that its part stands open."""
        return any(self[name].value() or self[name].errors for name in NEW_CUSTOMER)

    def _check_new_customer(self) -> None:
        cleaned = self.cleaned_data
        if not any(cleaned.get(name) for name in NEW_CUSTOMER) and not self.errors.keys() & set(
            NEW_CUSTOMER
        ):
            self.add_error("customer_search", _("Choose a customer, or type a new one."))
            return
        if "name" in cleaned and not cleaned["name"]:
            self.add_error("name", _("Type the customer's name."))
        if not any(cleaned.get(name, "wrong") for name in ("email", "phone", "address")):
            self.add_error("address", _("Type an email, a phone number or a postal address."))


def customer_called(pk: str) -> Customer | None:
    """The customer whose key the browser sent, or ``None``."""
    return Customer.objects.filter(pk=pk).first() if re.fullmatch("[0-9]{1,18}", pk) else None


def copied_fields(order: Order | None) -> dict[str, str]:
    """What a form begins with that charges ``order`` again; nothing without one."""
    if order is None:
        return {}
    return {
        "again": order.number,
        "customer": str(order.customer_id),
        "description": order.description,
        "currency": order.currency,
        "amount": money.plain(order.amount_minor, money.exponent(order.currency)),
        "wants": order.wants,
    }


def chosen_fields(card: str, started: str) -> dict[str, str]:
    """The stored card whose own button was pressed, and who starts its charge."""
    return {"card": card, f"started-{card}": started} if card else {}


_LAST = ("card", *ConsentForm.base_fields, "currency", "amount", "wants", "reason", "seen")
