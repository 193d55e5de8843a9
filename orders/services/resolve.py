"""What happens by itself: unfinished forms expire, unanswered charges are asked about, those that
seemed not to happen are looked at again, requests for approval expire and what was not approved is
let go of, and tokens nobody allowed keeping are made inactive at the gateway; people are mailed
about what waits too long. Nothing here ever charges.

Every row is claimed by a lease, so any number of processes may run this at the same time. Questions
wait in threads; all work on the database is done by one thread, because SQLite wants it so.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from orders import clock
from orders.errors import Conflict
from orders.gateway import GatewayError, NoAnswer
from orders.models import ApprovalRequest, Evidence, Operation, Order, StoredCard
from orders.services import (
    alarm_mail,
    ask,
    breaker,
    evidence,
    expiring,
    kept_cards,
    leases,
    unapproved,
    withdrawals,
)
from orders.services.clock_watch import ClockWatch, begin_anew
from orders.services.heartbeat import EVERY_S, Heart
from orders.services.place import expire
from orders.services.statement import Statement
from orders.states import CHARGES, IN_FLIGHT, LOOKED_AT_AGAIN, UNSETTLED, Status

log = logging.getLogger(__name__)
Row = TypeVar("Row", Operation, StoredCard, ApprovalRequest)

TRY_AGAIN_S = 3600
SENT_AGAIN_S = 3600  # how long a person may send a charge again that was not made
BATCH = 50
# Each waits for the gateway, and questions about money must not wait for them.
VOIDS_A_ROUND = TOKENS_A_ROUND = 10


def once() -> int:
    """One round over everything that is due; returns how many rows were worked on."""
    return Resolver().round()


class Resolver:
    """Works in rounds. While the gateway is away it only finds out whether it is back.

    Setting ``stop`` ends a round early: what is on the wire is still recorded, nothing is begun.
    Raises ``OperationalError`` or ``InterfaceError`` when the database is away; claimed rows are
    free again soon.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.heart = Heart()
        self.watch = ClockWatch()
        self.swept_on: date | None = None

    def round(self) -> int:
        """Do everything that is due; returns how many rows were worked on."""
        self.heart.beat()
        if self.watch.has_jumped():
            log.warning("the clock was set forward or back: what is unknown is asked about anew")
            begin_anew()
        if not self.stop.is_set():
            ask.find_out()
        worked = self._expire_prepared() + self._expire_requests()
        worked += self._ask_what_is_due() + self._let_go() + self._retire_tokens()
        worked += self._revoke_cards() + self._sweep_cards()
        alarm_mail.tell_people()
        return worked

    def _expire_prepared(self) -> int:
        worked = 0
        while claimed := self._claim(_prepared_too_long, BATCH):
            worked += sum(_work(_expire, operation) for operation in claimed)
        return worked

    def _expire_requests(self) -> int:
        """Requests for approval that nobody decided in time."""
        return sum(_work(unapproved.expire, one) for one in self._each(unapproved.overdue))

    def _ask_what_is_due(self) -> int:
        """Keep as many questions on the wire as the breaker allows until none is due."""
        worked, most = 0, settings.RESOLVE_PARALLEL
        on_the_wire: dict[Future[Statement], Operation] = {}
        done: list[Operation] = []
        with ThreadPoolExecutor(most) as threads:
            while True:
                room = 0 if breaker.is_away() else most - len(on_the_wire)
                claimed: list[Operation] = []
                if room > 0 and len(on_the_wire) <= most // 2:
                    # Several at a time: each commit waits for the disk.
                    leases.release(done)
                    done, claimed = [], self._claim(_due, room)
                begun = [one for one in claimed if _work(_begin, one)]
                worked += len(begun)
                done += [one for one in begun if not ask.may_be_asked(one)]
                for operation in ask.counted([one for one in begun if ask.may_be_asked(one)]):
                    on_the_wire[threads.submit(ask.said_about, operation)] = operation
                if not on_the_wire and not claimed:
                    leases.release(done)
                    return worked
                for future in wait(on_the_wire, EVERY_S, FIRST_COMPLETED).done:
                    operation = on_the_wire.pop(future)
                    done += [operation] * _work(partial(_hear, future), operation)

    def _let_go(self) -> int:
        """Void what is reserved and was not approved, each once."""
        sent = 0
        for request in self._each(unapproved.due):
            if self.stop.is_set() or breaker.is_away() or sent >= VOIDS_A_ROUND:
                break
            sent += _work(_void, request)
            self.heart.beat()
        return sent

    def _retire_tokens(self) -> int:
        claimed = [] if breaker.is_away() else self._claim(_unkept, TOKENS_A_ROUND)
        # Should this outlast the lease, a token may be retired twice, which changes nothing.
        return sum(_work(_retire, one) for one in claimed if not breaker.is_away())

    def _revoke_cards(self) -> int:
        """Make the tokens of withdrawn cards INACTIVE at the gateway."""
        is_idle = self.stop.is_set() or breaker.is_away()
        claimed = [] if is_idle else withdrawals.claim(TOKENS_A_ROUND)
        return sum(_work(withdrawals.confirm, one) for one in claimed if not breaker.is_away())

    def _sweep_cards(self) -> int:
        if self.stop.is_set() or self.swept_on == clock.today():
            return 0
        self.swept_on = clock.today()
        return expiring.sweep()

    def _each(self, due: Callable[[], QuerySet[ApprovalRequest]]) -> Iterator[ApprovalRequest]:
        """What is due (by id), page by page, each row once: those that fail again and again keep
        nobody behind them waiting.
        """
        after = 0
        while not self.stop.is_set() and (page := list(due().filter(pk__gt=after)[:BATCH])):
            self.heart.beat()
            yield from page
            after = page[-1].pk

    def _claim(self, due: Callable[[], QuerySet[Operation]], most: int) -> list[Operation]:
        """Rows to work on now; none once the end was asked for."""
        self.heart.beat()
        return [] if self.stop.is_set() else leases.claim(due(), most)


def _work(work: Callable[[Row], object], row: Row) -> int:
    """1 if ``work`` was done on the row. One that cannot be worked on is left to its lease, so that
    the others go on.
    """
    try:
        work(row)
    except (InterfaceError, OperationalError):
        raise  # the database is away: nothing more can be done in this round
    except Conflict:
        return 0  # somebody moved the row meanwhile, as people may
    except Exception:
        log.exception("%s %s cannot be worked on", row._meta.verbose_name, row.pk)
        return 0
    return 1


def _prepared_too_long() -> QuerySet[Operation]:
    before = clock.now() - timedelta(seconds=settings.PREPARED_EXPIRES_S)
    return Operation.objects.filter(status=Status.PREPARED, created_at__lt=before)


def _expire(operation: Operation) -> None:
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        expire(order, order.operations.get(pk=operation.pk), actor=None)
    leases.release([operation])


def _void(request: ApprovalRequest) -> None:
    """Let go of what was not approved. Raises ``Conflict`` where nothing could be sent for it."""
    if unapproved.let_go(request) is None:
        raise Conflict("nothing_sent", "")


def _due() -> QuerySet[Operation]:
    """What is open or seemed not to happen, and what is proven but doubted or held for long."""
    asked_about = UNSETTLED | LOOKED_AT_AGAIN | {Status.APPROVED}
    return Operation.objects.filter(status__in=asked_about, next_check_at__lte=clock.now())


def _begin(operation: Operation) -> None:
    """Make a request that died with its process unknown."""
    # A person may have sent it again since it was claimed.
    if operation.status == Status.SENDING and not ask.is_on_its_way(operation):
        silence = Statement.of_silence(Evidence.Source.CHECK, NoAnswer("overdue", sent=None))
        evidence.apply(operation=operation, statement=silence)
        operation.refresh_from_db()


def _hear(future: Future[Statement], operation: Operation) -> None:
    ask.weigh(operation, future.result())


def _retire(operation: Operation) -> None:
    """Forget a card at the gateway, or hold the row until it is time to try again."""
    try:
        is_done = kept_cards.retire_token(operation)
    except GatewayError as error:
        log.info("the token of operation %s could not be retired", operation.pk)
        leases.hold([operation], TRY_AGAIN_S)
        breaker.heard(answered=False if error.was_tried else None, reason=error.reason)
        return
    breaker.heard(answered=True)
    if is_done:
        leases.release([operation])
    else:
        leases.hold([operation], TRY_AGAIN_S)


def _unkept() -> QuerySet[Operation]:
    """Settled charges whose token is kept by nobody. An account may get the same token for the same
    card: one that is on its way stays active.
    """
    kept = StoredCard.objects.filter(token_name=OuterRef("token_name"), token_retired_at=None)
    wanted = Operation.objects.filter(token_name=OuterRef("token_name"), status__in=IN_FLIGHT)
    may_go_again = Q(
        status=Status.NOT_CHARGED, settled_at__gt=clock.now() - timedelta(seconds=SENT_AGAIN_S)
    )
    settled = frozenset(Status) - IN_FLIGHT
    return Operation.objects.filter(
        ~Exists(kept), ~Exists(wanted), kind__in=CHARGES, status__in=settled, token_retired_at=None
    ).exclude(Q(token_name="") | may_go_again)
