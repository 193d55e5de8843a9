"""What may follow a charge now, and in a sentence why something may not. Reads only.

The service that acts asks here under the order's lock; the order's page asks here for its buttons.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from orders.models import ApprovalRequest, Operation
from orders.services.totals import Sums, is_given_back, sums_of
from orders.states import CHARGES, IN_FLIGHT, ApprovalStatus, Kind, Status


def charge_of(operations: Sequence[Operation], reference: str = "") -> Operation | None:
    """The charge to act on: the one that holds the order, or by its reference a duplicate."""
    charges = [one for one in operations if one.kind in CHARGES]
    if reference:
        wanted = {Status.APPROVED, Status.DUPLICATE}
        named = [one for one in charges if one.merchant_reference == reference]
        return next((one for one in named if one.status in wanted), None)
    return next((one for one in charges if one.status == Status.APPROVED), None)


def in_flight(charge: Operation, operations: Sequence[Operation]) -> Operation | None:
    """The capture, void or refund of ``charge`` whose end nobody knows yet."""
    mine = (one for one in operations if one.parent_id == charge.pk)
    return next((one for one in mine if one.status in IN_FLIGHT), None)


def why_not(
    kind: str,
    charge: Operation | None,
    operations: Sequence[Operation],
    *,
    is_paid_outside: bool = False,
) -> str:
    """Why no act of ``kind`` may follow ``charge``, or "" if one may. Nothing more is taken of an
    order that was paid outside the gateway.
    """
    if charge is None:
        return _("nothing is reserved or charged.")
    if in_flight(charge, operations):
        return _("another capture, void or refund is not settled yet.")
    if charge.status == Status.DUPLICATE and is_given_back(charge, operations):
        return _("everything has been given back.")
    if is_paid_outside and kind == Kind.CAPTURE:
        return _("it was paid outside the gateway. Void the reservation.")
    sums = sums_of(charge, operations)
    return _WHY_NOT[Kind(kind)](charge, sums)


def is_whole_only(kind: str, charge: Operation) -> bool:
    """Whether no part may be moved: a void, and all that was taken twice."""
    return kind == Kind.VOID or charge.status == Status.DUPLICATE


def _no_capture(charge: Operation, sums: Sums) -> str:
    if charge.kind == Kind.PURCHASE:
        return _("it was charged at once; nothing is reserved.")
    if charge.status == Status.DUPLICATE:
        return _("it was reserved twice. Void it.")
    if sums.left(Kind.CAPTURE) <= 0:
        return _("all that was reserved has been taken.")
    if sums.captured and not settings.MANY_CAPTURES:
        return _("a reservation is captured once here, and it was.")
    return _not_approved(charge)


def _not_approved(charge: Operation) -> str:
    """Of a charge over a ceiling nothing is taken before somebody approved it."""
    request = ApprovalRequest.objects.filter(operation=charge).first()
    if request is None or request.status == ApprovalStatus.APPROVED:
        return ""
    return _("it waits for approval.") if request.is_pending else _("it was not approved. Void it.")


def _no_void(charge: Operation, sums: Sums) -> str:
    if charge.kind == Kind.PURCHASE:
        return _("the money was taken. Refund it instead.")
    return _("a part was taken. Refund that instead.") if sums.captured else ""


def _no_refund(charge: Operation, sums: Sums) -> str:
    if not sums.captured:
        return _("nothing was taken yet. Void the reservation instead.")
    return "" if sums.left(Kind.REFUND) > 0 else _("everything has been given back.")


_WHY_NOT = {Kind.CAPTURE: _no_capture, Kind.VOID: _no_void, Kind.REFUND: _no_refund}
