"""Rows of a repeat run, moved: each by one conditional update, so that of two processes one does.

A row and its order are bound in the transaction that makes the order. Nothing here sends anything.
"""

from django.utils.translation import gettext as _

from orders.errors import Conflict
from orders.models import Order, RepeatItem
from orders.run_states import ItemState, RunState

LONGEST_PROBLEM = 300


def take(item: RepeatItem, order: Order) -> None:
    """Bind the row to the order just made for it. Raises ``Conflict`` where the run was paused or
    stopped meanwhile, or somebody else holds the row: nothing may be made for it then.
    """
    mine = RepeatItem.objects.filter(
        pk=item.pk,
        state=ItemState.WAITING,
        lease_until=item.lease_until,
        run__state=RunState.RUNNING,
    )
    if not mine.update(state=ItemState.TAKEN, order=order, lease_until=None):
        raise Conflict("row_moved_on", _("This row is not to be charged any more."))


def refuse(item: RepeatItem, sentence: str) -> None:
    """Nothing is sent for the row, and ``sentence`` says why; its reference is free again."""
    mine = RepeatItem.objects.filter(
        pk=item.pk, state=ItemState.WAITING, lease_until=item.lease_until
    )
    mine.update(state=ItemState.REFUSED, problem=sentence[:LONGEST_PROBLEM], lease_until=None)


def give_back(item: RepeatItem) -> None:
    """Let anybody take the row again."""
    mine = RepeatItem.objects.filter(
        pk=item.pk, state=ItemState.WAITING, lease_until=item.lease_until
    )
    mine.update(lease_until=None)
