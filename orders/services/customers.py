"""Customers: written down, corrected and found again. Their search keys change with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from orders.errors import Conflict
from orders.models import Customer, Order, SearchKey, Staff, StoredCard
from orders.services import audit
from orders.services.customer_details import FIELDS, checked, normalise_phone
from orders.services.pages import Page, page_of
from orders.services.search_keys import keys_of, matching

__all__ = [
    "FIELDS",
    "Found",
    "create",
    "find",
    "lock_orders",
    "normalise_phone",
    "page",
    "rebuild_keys",
    "update",
    "write",
]

CANDIDATES = 200


@dataclass(frozen=True)
class Found:
    """A customer and what tells two of the same name apart; ``last_order_at`` may be None."""

    customer: Customer
    last_order_at: datetime | None
    cards: int


def find(text: str, *, limit: int = 8) -> list[Found]:
    """The customers whom every word of ``text`` finds: whole words first, then who ordered last.

    Ranks the newest ``CANDIDATES`` of either kind, so that two letters, which find very many,
    answer as fast as a full name.
    """
    exact = list(matching(text, whole_words=True).order_by("-pk")[:CANDIDATES])
    near = list(matching(text).order_by("-pk")[:CANDIDATES]) if len(exact) < limit else []
    found = _with_facts(Customer.objects.filter(pk__in={*exact, *near})).order_by(
        Case(When(pk__in=exact, then=0), default=1),
        Coalesce("last_order_at", "created_at").desc(),
        "-pk",
    )
    return [Found(row, row.last_order_at, row.card_count) for row in found[:limit]]


def page(
    text: str = "", *, before: int | None = None, after: int | None = None, size: int = 50
) -> Page[Found]:
    """The customers whom ``text`` finds, or all of them, the newest first: those older than the
    customer ``before``, newer than ``after``, or else the first page.
    """
    rows = Customer.objects.filter(pk__in=matching(text)) if text else Customer.objects.all()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    elif after is not None:
        rows = rows.filter(pk__gt=after)
    rows = rows.order_by("pk" if after is not None else "-pk")[: size + 1]
    found = [Found(row, row.last_order_at, row.card_count) for row in _with_facts(rows)]
    return page_of(found, lambda row: row.customer.pk, before=before, after=after, size=size)


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
    details = checked(
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
    """The customer with ``changes`` (any of ``FIELDS``) written. Raises ``Refused`` as create does,
    and ``Conflict`` where somebody changed the email at the same instant.

    Receipts that are still to come go to the new email, for orders whose went to the old one. The
    event names the fields that changed, never what they held.
    """
    is_locked = "email" in changes and lock_orders(customer, changes["email"])
    return write(actor=actor, customer=customer, changes=changes, orders_are_locked=is_locked)


def lock_orders(customer: Customer, email: str) -> bool:
    """Whether ``email`` is another one, and the orders that may change with it are locked: call it
    before anything else is, as whoever locks an order and its customer takes the order first.
    """
    # All that get receipts: which email they go to is only sure once the customer is locked.
    if not Customer.objects.filter(pk=customer.pk).exclude(email=email).exists():
        return False
    rows = Order.objects.filter(customer=customer, receipt_address__gt="")
    list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    return True


def write(
    *, actor: Staff | None, customer: Customer, changes: dict[str, str], orders_are_locked: bool
) -> Customer:
    """What ``update`` does, for a transaction that asked ``lock_orders`` itself. Raises
    ``Conflict`` where the email changed after that said it need not.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    held = {field: getattr(customer, field) for field in FIELDS}
    details = checked(held | changes)
    changed = [field for field in FIELDS if details[field] != held[field]]
    if "email" in changed and not orders_are_locked:
        raise Conflict("changed_meanwhile", _("Somebody else was quicker. See where it stands."))
    if changed:
        for field in changed:
            setattr(customer, field, details[field])
        customer.save(update_fields=changed)
        rebuild_keys(customer)
        if "email" in changed:
            mailed = Order.objects.filter(customer=customer, receipt_address=held["email"])
            mailed.exclude(receipt_address="").update(receipt_address=customer.email)
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


def _with_facts(customers: QuerySet[Customer]) -> QuerySet[Customer, Any]:
    """The customers with ``last_order_at`` and ``card_count``."""
    last_order = Order.objects.filter(customer=OuterRef("pk")).order_by("-taken_at", "-pk")
    cards = StoredCard.objects.filter(customer=OuterRef("pk"), state=StoredCard.State.ACTIVE)
    counted = cards.order_by().values("customer").annotate(total=Count("pk")).values("total")
    return customers.annotate(
        last_order_at=Subquery(last_order.values("taken_at")[:1]),
        card_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)),
    )
