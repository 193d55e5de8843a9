"""What happens by itself: unfinished forms expire, unanswered charges are asked about, and tokens
nobody allowed keeping are made inactive at the gateway. Nothing here ever charges.

Every row is claimed by a lease, so any number of processes may run this at the same time.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from orders import clock
from orders.errors import Conflict
from orders.gateway import NoAnswer
from orders.models import Evidence, Operation, Order, StoredCard
from orders.services import ask, evidence, kept_cards
from orders.services.place import expire
from orders.services.statement import Statement
from orders.states import CHARGES, IN_FLIGHT, UNSETTLED, Status

log = logging.getLogger(__name__)

LEASE_S = 60
TRY_AGAIN_S = 3600
BATCH = 50


def once() -> int:
    """One round over everything that is due; returns how many rows were worked on."""
    return _expire_prepared() + _ask_about_unsettled() + _retire_tokens()


def _expire_prepared() -> int:
    before = clock.now() - timedelta(seconds=settings.PREPARED_EXPIRES_S)
    due = Operation.objects.filter(status=Status.PREPARED, created_at__lt=before)
    return _each(due, _expire)


def _expire(operation: Operation) -> None:
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        expire(order, order.operations.get(pk=operation.pk), actor=None)


def _ask_about_unsettled() -> int:
    # What became of a capture, void or refund only the gateway's feedback or a person can tell.
    can_be_settled = Q(kind__in=CHARGES) | Q(status=Status.SENDING)
    due = Operation.objects.filter(
        can_be_settled, status__in=UNSETTLED, next_check_at__lte=clock.now()
    )
    return _each(due, _settle)


def _settle(operation: Operation) -> None:
    """Ask about a charge. A request that died with its process becomes unknown first."""
    if operation.status == Status.SENDING:
        silence = Statement.of_silence(Evidence.Source.CHECK, NoAnswer("overdue", sent=None))
        operation = evidence.apply(operation=operation, statement=silence)
    ask.ask(operation=operation)


def _retire_tokens() -> int:
    """An account may get the same token for the same card: one that is on its way stays active."""
    kept = StoredCard.objects.filter(token_name=OuterRef("token_name"))
    wanted = Operation.objects.filter(token_name=OuterRef("token_name"), status__in=IN_FLIGHT)
    unkept = Operation.objects.filter(
        ~Exists(kept), ~Exists(wanted), kind__in=CHARGES, token_retired_at=None
    ).exclude(Q(status__in=IN_FLIGHT) | Q(token_name=""))
    return _each(unkept, kept_cards.retire_token)


def _each(due: QuerySet[Operation], work: Callable[[Operation], object]) -> int:
    """Do ``work`` on up to a batch of rows, each under a lease that this process won."""
    rows = due.filter(_is_free()).order_by("next_check_at", "id")[:BATCH]
    return sum(_with_lease(operation, work) for operation in rows)


def _is_free() -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=clock.now())


def _with_lease(operation: Operation, work: Callable[[Operation], object]) -> int:
    """Work on the row if the lease was won. Work that says ``False`` is tried again much later; a
    row that cannot be worked on is left to its lease, and the others go on.
    """
    row, now = Operation.objects.filter(pk=operation.pk), clock.now()
    if not row.filter(_is_free()).update(lease_until=now + timedelta(seconds=LEASE_S)):
        return 0
    try:
        operation.refresh_from_db()
        said = work(operation)
    except Conflict:
        row.update(lease_until=None)
        return 0
    except OperationalError:
        raise  # the database is away: nothing more can be done in this round
    except Exception:
        log.exception("operation %s cannot be worked on", operation.pk)
        return 0
    row.update(lease_until=now + timedelta(seconds=TRY_AGAIN_S) if said is False else None)
    return 1
