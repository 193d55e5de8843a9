"""Every status and every permitted move, as data.

``ARROWS`` is read by ``Operation.move``, by the property tests and by the diagram in the README;
nothing else knows which moves exist. ``ORDER_STATUS`` of an order is computed by
``order_status`` from its operations' totals and is never typed by anybody.
"""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What an operation asks the gateway for."""

    PURCHASE = "purchase", _("Purchase")
    AUTHORIZATION = "authorization", _("Authorization")
    CAPTURE = "capture", _("Capture")
    VOID = "void", _("Void")
    REFUND = "refund", _("Refund")


class Status(TextChoices):
    """Where an operation is on its way from intent to proof."""

    PREPARED = "prepared", _("Prepared")
    SENDING = "sending", _("Sending")
    UNKNOWN = "unknown", _("Not known yet")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    NOT_CHARGED = "not_charged", _("Not charged")
    EXPIRED = "expired", _("Expired")
    RELEASED = "released", _("Released")
    DUPLICATE = "duplicate", _("Duplicate")
    VOIDED = "voided", _("Voided")
    LAPSED = "lapsed", _("Lapsed")


class OrderStatus(TextChoices):
    """What the operations of an order add up to."""

    OPEN = "open", _("Open")
    RESERVED = "reserved", _("Reserved")
    CHARGED = "charged", _("Charged")
    PAID = "paid", _("Paid")
    PART_REFUNDED = "part_refunded", _("Part refunded")
    REFUNDED = "refunded", _("Refunded")
    VOIDED = "voided", _("Voided")
    DECLINED = "declined", _("Declined")
    UNKNOWN = "unknown", _("Outcome unknown")
    PAID_OUTSIDE = "paid_outside", _("Paid outside")


class Reason(TextChoices):
    """Why a person captures, voids or refunds."""

    SHIPPED = "shipped", _("The goods leave")
    PART_SHIPPED = "part_shipped", _("A part of the goods leaves")
    CANCELLED = "cancelled", _("The customer cancelled")
    OUT_OF_STOCK = "out_of_stock", _("Cannot be delivered")
    RETURNED = "returned", _("Goods came back")
    NOT_RECEIVED = "not_received", _("Goods never arrived")
    DAMAGED = "damaged", _("Wrong or damaged goods")
    OVERCHARGED = "overcharged", _("Charged too much")
    CHARGED_TWICE = "charged_twice", _("Charged twice")
    GOODWILL = "goodwill", _("Goodwill")
    OTHER = "other", _("Another reason")
    # Written by the office itself where a second person decided; nobody chooses them.
    APPROVED = "approved", _("Approved by a second person")
    NOT_APPROVED = "not_approved", _("Not approved")


class Act(TextChoices):
    """What a role may do up to a ceiling. An override goes on despite a warning."""

    CHARGE = "charge", _("Charge")
    CAPTURE = "capture", _("Capture")
    REFUND = "refund", _("Refund")
    OUTSIDE = "outside", _("Payment outside the gateway")
    OVERRIDE = "override", _("Charge despite a warning")
    REPEAT = "repeat", _("Repeat run")


class Limit(TextChoices):
    """Which of the two amounts of a ceiling an act is over."""

    PER_ACT = "per_act", _("At once")
    PER_DAY = "per_day", _("A day")


class ApprovalStatus(TextChoices):
    """Where a request stands for an act over a ceiling."""

    PENDING = "pending", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Not decided in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MOOT = "moot", _("Came to nothing")


class OutsideMethod(TextChoices):
    """How an order was paid outside the gateway."""

    CASH = "cash", _("Cash")
    CHEQUE = "cheque", _("Cheque")
    TRANSFER = "transfer", _("Bank transfer")


class ReceiptState(TextChoices):
    """What became of a receipt that is sent by mail."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    PERHAPS = "perhaps", _("Perhaps sent")
    FAILED = "failed", _("Could not be sent")
    REPLACED = "replaced", _("Not sent any more")


# The code of an alarm about a receipt whose address the mail server knows not, for good.
RECIPIENT_REFUSED = "recipient_refused"


class WebhookState(TextChoices):
    """What became of a message to an address of the merchant's own."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Could not be delivered")


class Source(TextChoices):
    """How an order reached the office."""

    PHONE = "phone", _("Phone")
    POST = "post", _("Post")
    IN_PERSON = "in_person", _("In person")
    API = "api", _("API")
    REPEAT = "repeat", _("Repeat")


CHARGES = frozenset({Kind.PURCHASE, Kind.AUTHORIZATION})
LIVE = frozenset({Status.PREPARED, Status.SENDING, Status.UNKNOWN, Status.APPROVED})
# Charges in these leave their order free. Whatever else a row says holds it: also a status that a
# later version of the office wrote, while both run.
FREE = frozenset(Status) - LIVE - {Status.DUPLICATE}
IN_FLIGHT = frozenset({Status.PREPARED, Status.SENDING, Status.UNKNOWN})
UNSETTLED = frozenset({Status.SENDING, Status.UNKNOWN})
LOOKED_AT_AGAIN = frozenset({Status.NOT_CHARGED, Status.RELEASED})
# What took money, holds it, or may yet move it: ceilings and near-duplicates count it.
MOVES_MONEY = LIVE | LOOKED_AT_AGAIN | {Status.DUPLICATE}

# What an order paid outside the gateway is called: never just "paid".
PAID_BY: dict[OutsideMethod, Promise] = {
    OutsideMethod.CASH: _("Paid in cash"),
    OutsideMethod.CHEQUE: _("Paid by cheque"),
    OutsideMethod.TRANSFER: _("Paid by transfer"),
}

REASONS: dict[Kind, tuple[Reason, ...]] = {
    Kind.CAPTURE: (Reason.SHIPPED, Reason.PART_SHIPPED, Reason.OTHER),
    Kind.VOID: (Reason.CANCELLED, Reason.OUT_OF_STOCK, Reason.CHARGED_TWICE, Reason.OTHER),
    Kind.REFUND: (
        Reason.RETURNED,
        Reason.CANCELLED,
        Reason.OUT_OF_STOCK,
        Reason.NOT_RECEIVED,
        Reason.DAMAGED,
        Reason.OVERCHARGED,
        Reason.CHARGED_TWICE,
        Reason.GOODWILL,
        Reason.OTHER,
    ),
}

_LATE = frozenset({Status.APPROVED, Status.DUPLICATE})

ARROWS: dict[Status, frozenset[Status]] = {
    Status.PREPARED: frozenset({Status.SENDING, Status.EXPIRED}),
    Status.SENDING: frozenset(
        {Status.APPROVED, Status.DECLINED, Status.NOT_CHARGED, Status.UNKNOWN}
    ),
    Status.UNKNOWN: frozenset(
        {Status.APPROVED, Status.DECLINED, Status.NOT_CHARGED, Status.RELEASED}
    ),
    Status.APPROVED: frozenset({Status.VOIDED, Status.LAPSED}),
    Status.NOT_CHARGED: frozenset({Status.SENDING}) | _LATE,
    Status.DECLINED: _LATE,
    Status.EXPIRED: _LATE,
    Status.RELEASED: _LATE,
    Status.DUPLICATE: frozenset(),
    Status.VOIDED: frozenset(),
    Status.LAPSED: frozenset(),
}

# A request whose charge came to nothing waits again should that charge succeed after all.
APPROVAL_ARROWS: dict[ApprovalStatus, frozenset[ApprovalStatus]] = {
    ApprovalStatus.PENDING: frozenset(ApprovalStatus) - {ApprovalStatus.PENDING},
    ApprovalStatus.MOOT: frozenset({ApprovalStatus.PENDING, ApprovalStatus.EXPIRED}),
    ApprovalStatus.APPROVED: frozenset(),
    ApprovalStatus.REFUSED: frozenset(),
    ApprovalStatus.EXPIRED: frozenset(),
    ApprovalStatus.WITHDRAWN: frozenset(),
}
# What a charge was reserved for was not approved: it is let go of.
NOT_APPROVED = frozenset({ApprovalStatus.REFUSED, ApprovalStatus.EXPIRED, ApprovalStatus.WITHDRAWN})


def may_move(old: str, new: str) -> bool:
    """Whether an operation may go from ``old`` to ``new``."""
    return Status(new) in ARROWS[Status(old)]


def order_status(
    *,
    statuses: Iterable[str],
    authorized_minor: int,
    captured_minor: int,
    refunded_minor: int,
    is_paid: bool,
    is_paid_outside: bool,
) -> OrderStatus:
    """The status of an order whose charges stand at ``statuses`` (oldest first), amounts in minor
    units. Money that moved outranks everything; an open question outranks an older answer, and a
    payment outside the gateway (``is_paid_outside``) counts only where no card holds any money.
    """
    if is_paid_outside and captured_minor and authorized_minor == captured_minor == refunded_minor:
        return OrderStatus.PAID_OUTSIDE
    if captured_minor:
        if refunded_minor >= captured_minor:
            return OrderStatus.REFUNDED
        if refunded_minor:
            return OrderStatus.PART_REFUNDED
        return OrderStatus.PAID if is_paid else OrderStatus.CHARGED
    if authorized_minor:
        return OrderStatus.RESERVED
    charges = list(statuses)
    if UNSETTLED & set(charges):
        return OrderStatus.UNKNOWN
    if is_paid_outside:
        return OrderStatus.PAID_OUTSIDE
    latest = charges[-1] if charges else ""
    if latest in {Status.VOIDED, Status.LAPSED}:
        return OrderStatus.VOIDED
    return OrderStatus.DECLINED if latest == Status.DECLINED else OrderStatus.OPEN
