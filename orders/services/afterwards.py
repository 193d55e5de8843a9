"""What is proven about a capture, void or refund does to its charge, and what a reservation comes
to in the end.

Part of the door for evidence: called by ``services.evidence`` alone, under the order's lock.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from orders import clock
from orders.gateway import Outcome
from orders.models import Evidence, Operation, Order, Staff
from orders.services import audit, by_books, schedule
from orders.services.moves import contradict, tell
from orders.services.statement import Statement
from orders.services.totals import moved, sums_of
from orders.states import IN_FLIGHT, LOOKED_AT_AGAIN, Kind, Status

WAITS = frozenset({"another_under_way", "may_be_another", "not_settled"})


def follow(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    """A capture, void or refund is proven: its charge follows, and too much raises an alarm."""
    charge = order.operations.get(pk=operation.parent_id or 0)
    if operation.kind == Kind.VOID:
        _let_go(order, operation, charge, statement, actor)
    elif sums_of(charge, order.operations.all()).left(operation.kind) < 0:
        contradict(order, operation, replace(statement, reason="more_than_was_left"), actor)


def _let_go(
    order: Order, void: Operation, charge: Operation, statement: Statement, actor: Staff | None
) -> None:
    """The voided charge frees the order; one whose money was taken already stays as it is."""
    if charge.status in {Status.VOIDED, Status.LAPSED}:
        return
    if sums_of(charge, order.operations.all()).captured:
        contradict(order, void, replace(statement, reason="taken_already"), actor)
    elif charge.status == Status.APPROVED:
        charge.move(Status.VOIDED, settled_at=clock.now(), next_check_at=None)
        audit.record(order, "authorization_voided", actor=actor, operation=charge)


def refused(order: Order, operation: Operation, statement: Statement) -> None:
    """A capture was refused for good, or never done. Of an old reservation that may say that it is
    gone: some codes prove it, and otherwise the gateway is asked.
    """
    charge = order.operations.get(pk=operation.parent_id or 0)
    if operation.kind != Kind.CAPTURE or charge.status != Status.APPROVED:
        return
    code = statement.facts.get("response_code", "")
    since = charge.submitted_at or charge.created_at
    is_old = clock.now() - since > timedelta(seconds=settings.RESERVED_LIFE_S)
    untouched = not sums_of(charge, order.operations.all()).captured
    if is_old and untouched and code[2:] in settings.LAPSED_CODES:
        lapse(order, charge, statement, None)
    else:
        schedule.ask_soon(charge)


def lapse(order: Order, charge: Operation, statement: Statement, actor: Staff | None) -> bool:
    """Whether it ended: the gateway no longer holds the reservation, and the order is free. A void
    whose end nobody knows explains it better, and is asked about by itself.
    """
    mine = order.operations.filter(parent=charge)
    sending = mine.filter(kind=Kind.VOID, status__in=[Status.SENDING, Status.UNKNOWN])
    is_held = charge.kind == Kind.AUTHORIZATION and charge.status == Status.APPROVED
    if not is_held or sending.exists() or moved(mine, Kind.CAPTURE):
        return False
    approver = statement.facts.get("approver_id")
    changes = {"approver_id": approver} if approver else {}
    charge.move(Status.LAPSED, settled_at=clock.now(), next_check_at=None, **changes)
    tell(order, "authorization_lapsed", charge, statement, actor)
    return True


def doubt(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    """A message may undo or repeat what is proven. It alone is not believed: the gateway is asked,
    and counts by its totals.
    """
    if statement.outcome == Outcome.DECLINED:
        contradict(order, operation, replace(statement, reason="said_reversed"), actor)
    if operation.reversed_at is None:
        schedule.ask_soon(operation)


def confirm(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    """The answer to a question about a proven refund or capture that was doubted. A refund that the
    books do not hold any more was taken back by the bank: its row stays approved, as the gateway
    did approve it, and counts no longer.
    """
    waits = not statement.verified or statement.reason in WAITS
    later = clock.now() + timedelta(seconds=settings.DOUBT_WAITS_S)
    due = later if waits else _books_are_surely_whole(operation)
    if statement.is_agreed:
        # The money in the books is then of an act that was not sent from here: it is looked for.
        due = clock.now()
    changes: dict[str, object] = {"next_check_at": due}
    is_lost = statement.reason == by_books.NOT_MOVED or statement.is_agreed
    if is_lost and is_doubted(operation):
        changes["reversed_at"] = clock.now()
        tell(order, "refund_reversed", operation, statement, actor)
    elif is_lost:
        contradict(order, operation, statement, actor)
    elif statement.is_mismatch:
        tell(order, "mismatch", operation, statement, actor)
    Operation.objects.filter(pk=operation.pk).update(**changes)
    operation.refresh_from_db()


def _books_are_surely_whole(operation: Operation) -> datetime | None:
    """When the gateway's totals surely hold what its latest message told of, ``None`` if they do by
    now: an act may be told before CHECK_STATUS shows it, so no sooner is its absence believed.
    """
    notices = operation.evidence.filter(source=Evidence.Source.FEEDBACK).order_by("-id")
    told_at = notices.values_list("received_at", flat=True).first()
    whole_at = told_at + timedelta(seconds=settings.NOT_FOUND_WINDOW_S) if told_at else None
    return whole_at if whole_at and whole_at > clock.now() else None


def look_again(charge: Operation) -> None:
    """A reservation whose question was due is asked about again tomorrow, until it is taken."""
    now = clock.now()
    if not charge.is_asked_about or charge.next_check_at is None or charge.next_check_at > now:
        return
    untouched = not moved(charge.follow_ups.all(), Kind.CAPTURE)
    due = now + timedelta(days=1) if untouched else None
    Operation.objects.filter(pk=charge.pk).update(next_check_at=due)
    charge.refresh_from_db(fields=["next_check_at"])


def weigh_totals(order: Order, charge: Operation, said: Statement) -> None:
    """The gateway's totals of a charge may show more than is counted here. What seemed not to have
    happened may explain it, and is asked about; otherwise it was done at the gateway itself and its
    message is missing, which a person has to know, once.
    """
    mine = list(charge.follow_ups.all())
    is_open = any(one.status in IN_FLIGHT or one.is_asked_about for one in mine)
    totals = said.totals
    if totals is None or is_open:
        return
    counted, kinds = sums_of(charge, mine), (Kind.CAPTURE, Kind.REFUND)
    more = [kind for kind in kinds if by_books.exceeds(kind, totals, counted) > 0]
    if not more:
        return
    perhaps = [one for one in mine if one.kind in more and one.status in LOOKED_AT_AGAIN]
    for one in perhaps:
        schedule.ask_soon(one)
    is_told = order.events.filter(
        kind="more_at_gateway",
        acknowledgement=None,
        data__merchant_reference=charge.merchant_reference,
    )
    if not perhaps and not is_told.exists():
        tell(order, "more_at_gateway", charge, said, None)


def is_doubted(operation: Operation) -> bool:
    """Whether the gateway itself said of a proven refund that it failed."""
    if operation.kind != Kind.REFUND or operation.status != Status.APPROVED:
        return False
    said = operation.evidence.filter(source=Evidence.Source.FEEDBACK, outcome=Outcome.DECLINED)
    return operation.reversed_at is None and said.exists()
