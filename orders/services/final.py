"""Whether an act is over, and when there may be news of one that is not."""

from math import ceil

from orders import clock
from orders.models import Operation
from orders.states import LOOKED_AT_AGAIN, Status

# Whose end is known, once nobody looks again. All else, and whatever a later version adds, has to
# be asked for again.
FINAL = frozenset(Status) - {Status.PREPARED, Status.SENDING, Status.UNKNOWN}
ASK_AGAIN_S = 2


def is_final(operation: Operation) -> bool:
    """Whether the office asks nobody any more how ``operation`` ended."""
    return operation.status in FINAL and not is_looked_at_again(operation)


def ask_again_s(operation: Operation) -> int:
    """In how many seconds there may be news of what is not final."""
    due = operation.next_check_at
    if due is None or not is_looked_at_again(operation):
        return ASK_AGAIN_S
    return max(ASK_AGAIN_S, ceil((due - clock.now()).total_seconds()))


def is_looked_at_again(operation: Operation) -> bool:
    """Whether it seems not to have happened, and the office still asks the gateway."""
    return operation.status in LOOKED_AT_AGAIN and operation.next_check_at is not None
