"""What a receipt says, read from the order as it stands. Never the expiry, the holder or a token.

The words around it are in ``templates/receipts/``, once as text, once as mail and once for paper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from orders import money
from orders.errors import Refused
from orders.models import Operation, Order
from orders.services.totals import moved
from orders.states import CHARGES, Kind, Status

MONEY_MOVED = frozenset({Kind.PURCHASE, Kind.CAPTURE, Kind.REFUND})


@dataclass(frozen=True)
class Line:
    """Money that moved, with its time (aware)."""

    amount: str
    at: datetime


@dataclass(frozen=True)
class Content:
    """A receipt of ``order``. Amounts are as people see them ("KWD 250.500"); ``told`` is the
    refund that a receipt about one says first, None for all others.

    ``captures`` are the parts of a reservation that were taken, where there are several; ``left``
    is "" while nothing was given back.
    """

    order: Order
    merchant: str
    at: datetime
    charged: str
    card: str
    authorization_code: str
    captures: Sequence[Line]
    refunds: Sequence[Line]
    refunded: str
    left: str
    told: Line | None
    is_practice: bool

    @property
    def title(self) -> str:
        """What the paper or the mail is, in the language that is active."""
        return _("Refund") if self.told else _("Receipt")


def content_of(order: Order, about: Operation | None = None) -> Content:
    """What a receipt of ``order`` says today, ``about`` the latest thing or a certain operation.

    Raises ``Refused`` where no money was taken.
    """
    operations = list(order.operations.order_by("id"))
    charge = _charge_of(operations)
    counted = proven(operations)
    taken = [one for one in counted if one.kind != Kind.REFUND]
    refunds = [one for one in counted if one.kind == Kind.REFUND]
    if charge is None or not taken:
        raise nothing_was_taken()
    charged = sum(one.amount_minor for one in taken)
    refunded = moved(refunds, Kind.REFUND)
    told = next((one for one in refunds if about and one.pk == about.pk), None)
    return Content(
        order=order,
        merchant=settings.MERCHANT_NAME,
        at=_at(taken[0]),
        charged=money.format_money(charged, order.currency),
        card=charge.card_label,
        authorization_code=charge.authorization_code,
        captures=[_line(one) for one in taken] if len(taken) > 1 else [],
        refunds=[_line(one) for one in refunds],
        refunded=money.format_money(refunded, order.currency),
        left=money.format_money(charged - refunded, order.currency) if refunds else "",
        told=_line(told) if told else None,
        is_practice=settings.IS_PRACTICE,
    )


def nothing_was_taken() -> Refused:
    """The refusal of a receipt for nothing."""
    return Refused(
        "nothing_was_taken",
        _("There is no receipt: no money was taken for this order."),
    )


def proven(operations: Iterable[Operation]) -> list[Operation]:
    """The operations that a receipt tells of, in their order: proven movements of the order's own
    money. A duplicate and what gives it back are none, nor is a refund that the bank took back.
    """
    rows = list(operations)
    charge = _charge_of(rows)
    if charge is None:
        return []
    return [
        one
        for one in rows
        if one.kind in MONEY_MOVED
        and one.status == Status.APPROVED
        and one.reversed_at is None
        and charge.pk in (one.pk, one.parent_id)
    ]


def _charge_of(operations: Iterable[Operation]) -> Operation | None:
    """The one charge that the order's totals count."""
    charges = (one for one in operations if one.kind in CHARGES)
    return next((one for one in charges if one.status == Status.APPROVED), None)


def _line(operation: Operation) -> Line:
    return Line(operation.amount, _at(operation))


def _at(operation: Operation) -> datetime:
    """When the money moved, as far as anybody here knows."""
    return operation.submitted_at or operation.created_at
