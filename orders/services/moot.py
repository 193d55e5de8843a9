"""Whether what a request for approval asks for can never be done any more. Reads only.

A charge that is reserved while it waits is followed by itself (``services.approval_requests``); a
capture, a refund or a payment outside the gateway has only what its order stands at.
"""

from collections.abc import Sequence

from orders.models import ApprovalRequest, Operation, OutsidePayment
from orders.services import allowed
from orders.services.totals import sums_of
from orders.states import CHARGES, Act, Kind, Status


def is_moot(
    request: ApprovalRequest, operations: Sequence[Operation], outside: OutsidePayment | None
) -> bool:
    """Whether the order of ``operations``, for which the payment ``outside`` the gateway stands,
    leaves nothing to approve. What is not settled yet decides nothing.
    """
    if request.act == Act.OUTSIDE:
        return outside is not None or any(_was_taken(one, operations) for one in operations)
    kind = Kind(request.act)
    charge = allowed.charge_of(operations, request.charge)
    if charge is None:
        return True
    if allowed.in_flight(charge, operations):
        return False
    if allowed.why_not(kind, charge, operations, is_paid_outside=outside is not None):
        return True
    left = sums_of(charge, operations).left(kind)
    is_whole = request.amount_minor == left
    return request.amount_minor > left or (allowed.is_whole_only(kind, charge) and not is_whole)


def _was_taken(charge: Operation, operations: Sequence[Operation]) -> bool:
    """Whether the money of the order came by this card, given back since or not."""
    is_charge = charge.kind in CHARGES and charge.status == Status.APPROVED
    return is_charge and sums_of(charge, operations).captured > 0
