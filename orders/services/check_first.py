"""One question before the money of a charge is moved that the gateway was not heard about lately:
what was done at the gateway itself since then has to be known first.

Precedes O1 of the algorithm for captures, voids and refunds that people make: no transaction is
open here. What a program voids was never approved, and the gateway refuses what was taken already.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import Conflict
from orders.gateway import StatusReply
from orders.models import Evidence, Operation, Order
from orders.services import allowed, ask, readiness
from orders.services.totals import Sums, sums_of
from orders.states import Kind


def check_first(kind: Kind, order: Order, *, charge: str, amount_minor: int) -> None:
    """Ask about the charge, where its latest message is older than ``ASK_FIRST_AFTER_S``.

    ``charge`` is a reference as in ``Wish``; ``amount_minor`` is what shall be moved, 0 for all.
    Raises ``Conflict`` where the gateway's own totals leave less, and ``Refused`` where nothing may
    be sent now, or asked. An answer that does not come decides nothing: what is counted here does.
    """
    operations = list(order.operations.order_by("id"))
    row = allowed.charge_of(operations, charge)
    if row is None or allowed.in_flight(row, operations) or _was_heard_lately(row):
        return
    readiness.check()
    totals = ask.ask_now(row).totals
    if totals is None:
        return
    there = _sums_there(totals, sums_of(row, order.operations.all()))
    if there.left(kind) < max(amount_minor, 1):
        left = money.format_money(max(0, there.left(kind)), row.currency)
        raise Conflict(
            "less_left_there",
            _(
                "Nothing was sent. At the gateway only %(left)s is left of this charge: more was "
                "moved there than is recorded here. Look under Needs attention."
            )
            % {"left": left},
        )


def _was_heard_lately(charge: Operation) -> bool:
    since = clock.now() - timedelta(seconds=settings.ASK_FIRST_AFTER_S)
    about = Q(operation=charge) | Q(operation__parent=charge)
    return Evidence.objects.filter(about, verified=True, received_at__gt=since).exists()


def _sums_there(reply: StatusReply, counted: Sums) -> Sums:
    """What the gateway counts, where that is more: its totals may lag behind its own messages."""
    return Sums(
        counted.authorized,
        max(counted.captured, reply.captured_minor or 0),
        max(counted.refunded, reply.refunded_minor or 0),
    )
