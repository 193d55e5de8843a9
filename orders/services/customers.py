"""Customers: written down, corrected and found again. Their search keys change with them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Case, CharField, Count, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from orders.cards import holds_card_number
from orders.errors import Refused
from orders.models import Customer, Order, SearchKey, Staff, StoredCard
from orders.services import audit
from orders.services.search_keys import fold, keys_of, matching, terms

CANDIDATES = 200
FIELDS = ("name", "email", "phone", "address", "city", "country", "language")
LONGEST = {
    field.name: field.max_length or 0
    for field in Customer._meta.local_fields
    if isinstance(field, CharField)
}
_JOINERS = "\u200c\u200d"  # the invisible characters that words and emoji need
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class Found:
    """A customer and what tells two of the same name apart; ``last_order_at`` may be None."""

    customer: Customer
    last_order_at: datetime | None
    cards: int


def find(text: str, *, limit: int = 8) -> list[Found]:
    """The customers whom every word of ``text`` finds: exact ones first, then who ordered last.

    Ranks the best ``CANDIDATES`` matches only, so that two letters answer as fast as a full name.
    """
    looked_for = terms(text)
    exact = [prefix for term in looked_for for prefix in term]
    near = (
        SearchKey.objects.filter(customer__in=matching(text))
        .order_by(Case(When(key__in=exact, then=0), default=1), "-customer")
        .values("customer")[:CANDIDATES]
    )
    last_order = Order.objects.filter(customer=OuterRef("pk")).order_by("-taken_at", "-pk")
    found = (
        Customer.objects.filter(pk__in=near)
        .annotate(
            exactness=_count(SearchKey.objects.filter(key__in=exact)),
            last_order_at=Subquery(last_order.values("taken_at")[:1]),
            card_count=_count(StoredCard.objects.filter(state=StoredCard.State.ACTIVE)),
        )
        .order_by("-exactness", Coalesce("last_order_at", "created_at").desc(), "-pk")[:limit]
    )
    return [Found(row, row.last_order_at, row.card_count) for row in found]


@transaction.atomic
def create(
    *,
    actor: Staff | None,
    name: str,
    email: str = "",
    phone: str = "",
    address: str = "",
    city: str = "",
    country: str = "",
    language: str = "en",
) -> Customer:
    """The new customer, findable at once. Raises ``Refused`` with the field to correct."""
    details = _checked(
        {
            "name": name,
            "email": email,
            "phone": phone,
            "address": address,
            "city": city,
            "country": country,
            "language": language,
        }
    )
    customer = Customer.objects.create(created_by=actor, **details)
    rebuild_keys(customer)
    audit.record_account("customer_created", actor=actor, customer=customer.number)
    return customer


@transaction.atomic
def update(*, actor: Staff | None, customer: Customer, **changes: str) -> Customer:
    """The customer with ``changes`` (any of ``FIELDS``) written. Raises ``Refused`` as create does.

    The event names the fields that changed, never what they held.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    held = {field: getattr(customer, field) for field in FIELDS}
    details = _checked(held | changes)
    changed = [field for field in FIELDS if details[field] != held[field]]
    if changed:
        for field in changed:
            setattr(customer, field, details[field])
        customer.save(update_fields=changed)
        rebuild_keys(customer)
        audit.record_account(
            "customer_changed", actor=actor, customer=customer.number, fields=changed
        )
    return customer


def rebuild_keys(customer: Customer) -> None:
    """Make the stored keys those of the customer as it stands."""
    wanted = keys_of(customer)
    held = set(customer.search_keys.values_list("key", flat=True))
    customer.search_keys.filter(key__in=held - wanted).delete()
    SearchKey.objects.bulk_create(
        SearchKey(customer=customer, key=key) for key in sorted(wanted - held)
    )


def normalise_phone(text: str) -> str:
    """The number as "+971507654321", or "" for an empty text.

    Takes blanks, dashes, brackets, a leading 00 and digits of any script. Raises ``Refused`` when
    there is no country code or too few or too many digits.
    """
    typed = re.sub(r"\(0\)|[\s()./\-]", "", fold(text))
    if not typed:
        return ""
    typed = re.sub(r"^00", "+", typed)
    if re.fullmatch("[0-9]+", typed):
        raise Refused(
            "phone_country_missing",
            _("Begin the number with + and the country code, like +971 50 765 4321."),
            field="phone",
        )
    if not _E164.fullmatch(typed):
        raise Refused(
            "phone_format",
            _("This is not a phone number. Type + and the country code, then the number."),
            field="phone",
        )
    return typed


def tidy(text: str) -> str:
    """The text on one line: blanks single, control characters and hidden direction marks gone."""
    shown = (
        letter if letter in _JOINERS or unicodedata.category(letter)[0] != "C" else " "
        for letter in text
    )
    return " ".join("".join(shown).split())


def _checked(details: Mapping[str, str]) -> dict[str, str]:
    """The details fit to be stored. Raises ``Refused`` for the first that is not."""
    kept = {field: tidy(details[field]) for field in FIELDS}
    if not kept["name"]:
        raise Refused("name_missing", _("Type the customer's name."), field="name")
    for field in ("name", "address", "city", "country", "email"):
        _refuse_unfit(field, kept[field])
    kept["phone"] = normalise_phone(kept["phone"])
    if kept["language"] not in dict(settings.LANGUAGES):
        raise Refused("language_unknown", _("Choose a language from the list."), field="language")
    if not (kept["email"] or kept["phone"] or kept["address"]):
        raise Refused(
            "customer_unreachable",
            _("Type an email, a phone number or a postal address."),
            field="address",
        )
    return kept


def _refuse_unfit(field: str, text: str) -> None:
    most = LONGEST[field]
    if len(text) > most:
        raise Refused(
            "too_long",
            _("This is too long: at most %(most)d characters.") % {"most": most},
            field=field,
        )
    if holds_card_number(text):
        raise Refused(
            "card_number",
            _("That looked like a card number. It was not saved."),
            field=field,
        )
    if field == "email" and text:
        try:
            validate_email(text)
        except ValidationError:
            raise Refused(
                "email_format", _("This is not an email address."), field="email"
            ) from None


def _count(rows: object) -> Coalesce:
    """How many of ``rows`` belong to the customer, as a column of its own."""
    counted = (
        rows.filter(customer=OuterRef("pk"))  # type: ignore[attr-defined]
        .order_by()
        .values("customer")
        .annotate(total=Count("pk"))
        .values("total")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
