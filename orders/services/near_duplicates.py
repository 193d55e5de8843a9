"""Charges that look like one that is about to be made: staff are asked before it is made twice.

The same customer or the same card, and the same amount, within a day, whoever did it. It counts
while it took money, holds it, or may still take it: a refusal is no reason to ask. The order's own
charges are left out, because an order is never charged twice anyway.

Asked again wherever a charge is about to be sent, under a lock of the customer, so that of two
orders taken at once the second is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Refused
from orders.models import Customer, Operation, Order, Staff
from orders.models.rare import rare
from orders.services import audit
from orders.services.attend import check_reason
from orders.services.new_order import NewCustomer
from orders.states import CHARGES, MOVES_MONEY, UNSETTLED

RIGHT = "orders.charge_beside_unknown"
MOST = 20


@dataclass(frozen=True)
class NearDuplicate:
    """A charge of another order that looks like the one wanted.

    ``is_open``: the same customer's, sent minutes ago, and nobody knows yet whether it happened.
    """

    operation: Operation
    is_same_customer: bool
    is_open: bool

    @property
    def key(self) -> str:
        """Names the charge as it stood when it was shown."""
        return f"{self.operation.pk}-{self.operation.status}"


@dataclass(frozen=True)
class Confirmation:
    """Why somebody charges all the same, and the keys of the near-duplicates they were shown."""

    reason: str
    seen: frozenset[str]


@dataclass(frozen=True)
class Passed:
    """What an operation keeps: the ``reason``, and ``beside``, the keys it was given for. Both are
    empty where nothing looked like it. ``told`` are the near-duplicates just confirmed.
    """

    reason: str = ""
    beside: str = ""
    told: tuple[NearDuplicate, ...] = ()

    def columns(self) -> dict[str, str]:
        """The columns of the operation that keep it; none where there is nothing to keep."""
        return {"reason": self.reason, "beside": self.beside} if self.beside else {}

    def record(self, order: Order, operation: Operation, actor: Staff | None) -> None:
        """Tell the trail of what was just confirmed. The caller holds the order's lock."""
        if self.told:
            audit.record(
                order,
                "near_duplicate_passed",
                actor=actor,
                operation=operation,
                reason=self.reason,
                beside=[str(one.operation) for one in self.told],
            )


class Warned(Refused):
    """A near-duplicate nobody has given a reason for; nothing was stored or sent.

    The caller shows ``found`` and asks again with the ``Confirmation`` of whoever goes on.
    """

    def __init__(self, code: str, sentence: str, found: list[NearDuplicate]) -> None:
        super().__init__(code, sentence, field="reason")
        self.found = found

    @property
    def needs_right(self) -> bool:
        """Whether only somebody who holds ``RIGHT`` may go on."""
        return any(one.is_open for one in self.found)

    def answered(self, reason: str) -> Confirmation:
        """The confirmation of a person who has seen what was found."""
        return Confirmation(reason, frozenset(one.key for one in self.found))


def recent() -> QuerySet[Operation]:
    """The charges that another one could be a near-duplicate of, in no order."""
    since = clock.now() - timedelta(seconds=settings.NEAR_DUPLICATE_S)
    charges = Operation.objects.order_by().filter(kind__in=CHARGES, status__in=MOVES_MONEY)
    return charges.alias(at=Coalesce("submitted_at", "created_at")).filter(at__gte=since)


def find(
    *,
    customer: Customer | NewCustomer | None,
    amount_minor: int,
    currency: str,
    token_name: str = "",
    order: Order | None = None,
) -> list[NearDuplicate]:
    """The newest near-duplicates of a charge to ``customer`` or to the card of ``token_name`` that
    are not ``order``'s own; ``MOST`` for each of the two. Amounts are in minor units.
    """
    alike = recent().filter(amount_minor=amount_minor, currency=currency)
    alike = alike.select_related("order", "actor").order_by("-id")
    if order:
        alike = alike.exclude(order=order)
    found: dict[int, NearDuplicate] = {}
    if isinstance(customer, Customer):
        _add(found, alike.filter(order__customer=customer), is_same_customer=True)
    if token_name:
        _add(found, alike.filter(token_name=token_name), is_same_customer=False)
    return list(found.values())


def ask(
    *,
    actor: Staff | None,
    customer: Customer | NewCustomer,
    amount_minor: int,
    currency: str,
    token_name: str,
    order: Order | None,
    confirmation: Confirmation | None,
) -> Passed:
    """What the operation has to keep so that it may be sent.

    Runs in the caller's transaction and locks the customer until its end. Raises ``Warned`` for a
    near-duplicate that neither ``confirmation`` nor an earlier try of ``order`` gave a reason for,
    or that only somebody with ``RIGHT`` may pass.
    """
    if isinstance(customer, Customer):
        Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk).first()
    found = find(
        customer=customer,
        amount_minor=amount_minor,
        currency=currency,
        token_name=token_name,
        order=order,
    )
    if not found:
        return Passed()
    kept_reason, kept = _kept(order)
    news = [one for one in found if one.key not in kept]
    beside = " ".join(sorted(kept | {one.key for one in found}))
    if not news:
        return Passed(kept_reason, beside)
    return Passed(_reason(actor, news, confirmation), beside, tuple(news))


def unconfirmed(order: Order, token_name: str = "") -> list[NearDuplicate]:
    """What ``ask`` would ask before ``order`` is charged to that card. Reads only."""
    found = find(
        customer=order.customer,
        amount_minor=order.amount_minor,
        currency=order.currency,
        token_name=token_name,
        order=order,
    )
    kept = _kept(order)[1] if found else set()
    return [one for one in found if one.key not in kept]


def _add(
    found: dict[int, NearDuplicate], rows: QuerySet[Operation], *, is_same_customer: bool
) -> None:
    since = clock.now() - timedelta(seconds=settings.OPEN_DUPLICATE_S)
    for row in rare(rows[:MOST]):
        is_recent = row.submitted_at is not None and row.submitted_at >= since
        is_open = is_same_customer and row.status in UNSETTLED and is_recent
        found.setdefault(row.pk, NearDuplicate(row, is_same_customer, is_open))


def _kept(order: Order | None) -> tuple[str, set[str]]:
    """The newest reason given for the order's charges, and all that they were given for."""
    charges: Iterable[Operation] = order.operations.exclude(beside="") if order else ()
    reason, keys = "", set[str]()
    for one in charges:
        reason = one.reason
        keys |= set(one.beside.split())
    return reason, keys


def _reason(
    actor: Staff | None, news: list[NearDuplicate], confirmation: Confirmation | None
) -> str:
    is_right = actor is not None and actor.has_perm(RIGHT)
    if any(one.is_open for one in news) and not is_right:
        raise Warned(
            "open_duplicate",
            _("A payment of this customer is not known yet. Only a supervisor may charge now."),
            news,
        )
    if confirmation is None or not {one.key for one in news} <= confirmation.seen:
        raise Warned(
            "near_duplicate",
            _("This looks like a charge that was made already. Charge it only with a reason."),
            news,
        )
    try:
        return check_reason(confirmation.reason)
    except Refused as refusal:
        raise Warned(refusal.code, str(refusal), news) from refusal
