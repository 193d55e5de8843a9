"""What needs a person: charges nobody knows the end of, alarms of the trail, differences from the
gateway's reports, messages about nothing here, people who may not charge. Reads only.

Everything is found in the operations, the trail and the evidence themselves, so nothing can be
missed; it leaves by evidence, or by a person's acknowledgement (``services.attend``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django.utils.functional import Promise

from orders import clock
from orders.models import (
    ApprovalRequest,
    Difference,
    Event,
    Evidence,
    Operation,
    OutsidePayment,
    Staff,
)
from orders.services import waiting_approvals
from orders.services.afterwards import is_doubted
from orders.services.answers import Answer, told
from orders.services.ask import may_be_doubted
from orders.services.differences import open_differences
from orders.services.explain import explain
from orders.services.happenings import HAPPENINGS
from orders.services.paid_outside import is_paid_twice
from orders.services.still_open import (
    colour,
    free_at,
    old_reservations,
    open_alarms,
    open_operations,
    open_strangers,
    settles_from,
)
from orders.services.totals import is_given_back, sums_of
from orders.services.unlocking import locked_staff
from orders.services.what_to_do import what_to_do, what_to_do_about
from orders.states import Kind, Status

PAGE_SIZE = 25
MOST_ANSWERS = 12
MOST_COUNTED = 100
Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Part(Generic[Item]):
    """Some of a list, oldest first; ``after`` asks for the next ones, None where there are none."""

    items: list[Item]
    after: int | None


@dataclass(frozen=True)
class Waiting:
    """An operation whose end nobody knows, ``since`` when, and its answers, newest first.

    ``colour`` says how long it has waited: "", "yellow" or "red". ``free_at``: from then on a
    supervisor may let go of it, ``settles_at``: from then on two people may say what they saw in
    the gateway's books; None where nobody ever may.
    """

    operation: Operation
    since: datetime
    colour: str
    answers: list[Answer]
    free_at: datetime | None
    settles_at: datetime | None

    @property
    def may_release(self) -> bool:
        """Whether it has been unknown for so long that it may be let go of."""
        return self.free_at is not None and clock.now() >= self.free_at

    @property
    def may_settle(self) -> bool:
        """Whether it has been unknown for so long that two people may settle it."""
        return self.settles_at is not None and clock.now() >= self.settles_at


@dataclass(frozen=True)
class Alarm:
    """An event that somebody has to look at: its words, the operation, and what to do about it.

    ``gives_back``: the kind of act that gives back what a card paid beside another charge or a
    payment outside the gateway, "" where there is none to give.
    ``may_settle``: two people may say that the gateway's books do not hold it any more.
    """

    event: Event
    title: str | Promise
    operation: Operation | None
    to_do: str
    gives_back: str = ""
    may_settle: bool = False


@dataclass(frozen=True)
class Differing:
    """A difference from the gateway's report: what each side says, newest last, and what to do.

    ``may_ask``: CHECK_STATUS can tell about it.
    """

    difference: Difference
    there: list[dict[str, Any]]
    here: list[dict[str, Any]]
    to_do: str
    may_ask: bool


def waiting(viewer: Staff, *, after: int = 0) -> Part[Waiting]:
    """The operations that are unknown, or overdue in sending."""
    answers = Evidence.objects.select_related("actor").order_by("-id")[:MOST_ANSWERS]
    rows = open_operations(viewer).select_related("order", "actor", "owner")
    found, then = _cut(rows.prefetch_related(Prefetch("evidence", answers, to_attr="said")), after)
    return Part([_waiting(operation) for operation in found], then)


def alarms(viewer: Staff, *, after: int = 0) -> Part[Alarm]:
    """The alarms of orders that nobody has acknowledged."""
    found, then = _cut(open_alarms(viewer).select_related("order"), after)
    return Part(alarms_of(found), then)


def differences(viewer: Staff, *, after: int = 0) -> Part[Differing]:
    """Where the gateway's reports and the office disagree, and nothing has settled it."""
    rows = open_differences().select_related("operation__order", "owner", "noted_by")
    found, then = _cut(rows, after)
    return Part([differing(difference) for difference in found], then)


def strangers(viewer: Staff, *, after: int = 0) -> Part[Evidence]:
    """Verified messages about references that are unknown here, not acknowledged."""
    found, then = _cut(open_strangers(), after)
    return Part(found, then)


def reserved(viewer: Staff, *, after: int = 0) -> Part[Operation]:
    """Reservations so old that they must be captured soon, or have lapsed."""
    found, then = _cut(old_reservations(viewer).select_related("order", "order__customer"), after)
    return Part(found, then)


def closing(viewer: Staff, *, after: int = 0) -> Part[ApprovalRequest]:
    """Requests for approval whose time is nearly over."""
    found, then = _cut(waiting_approvals.closing(viewer), after)
    return Part(found, then)


def count(viewer: Staff) -> int:
    """How many things are open, in one query; counting stops at ``MOST_COUNTED``."""
    found: tuple[QuerySet[Any], ...] = (
        open_operations(viewer),
        old_reservations(viewer),
        waiting_approvals.closing(viewer),
        open_alarms(viewer),
        open_differences(),
        open_strangers(),
        locked_staff(viewer),
    )
    first, *others = (one.order_by().values_list("pk") for one in found)
    return first.union(*others, all=True)[:MOST_COUNTED].count()


def differing(difference: Difference) -> Differing:
    """The difference as a person reads it."""
    charge = difference.operation
    return Differing(
        difference=difference,
        there=[
            row | {"words": explain(row["response_code"]).title}
            for row in difference.there[-MOST_ANSWERS:]
        ],
        here=difference.here[-MOST_ANSWERS:],
        to_do=what_to_do_about(difference),
        may_ask=charge is None or may_be_doubted(charge),
    )


def alarms_of(events: Sequence[Event]) -> list[Alarm]:
    """The events with the operations they tell about, in one query."""
    rows = Operation.objects.filter(order__in=[event.order_id for event in events])
    rows = rows.select_related("order").order_by("id")
    by_name = {(row.order_id, str(row)): row for row in rows}
    return [_alarm(event, by_name.get((event.order_id or 0, _name(event)))) for event in events]


def _waiting(operation: Operation) -> Waiting:
    since = operation.submitted_at or operation.created_at
    return Waiting(
        operation=operation,
        since=since,
        colour=colour(since),
        answers=[told(one) for one in operation.said],  # type: ignore[attr-defined]
        free_at=free_at(operation),
        settles_at=settles_from(operation),
    )


def _alarm(event: Event, operation: Operation | None) -> Alarm:
    title, _mood = HAPPENINGS[event.kind]
    code = str(event.data.get("code") or event.data.get("problem", ""))
    to_do = what_to_do(event.kind, operation, code)
    if operation is None:
        return Alarm(event, title, None, to_do)
    gives_back = _gives_back(operation, beside_outside=event.kind == "paid_twice")
    return Alarm(event, title, operation, to_do, gives_back, is_doubted(operation))


def _gives_back(operation: Operation, *, beside_outside: bool) -> str:
    """How a charge that is one too many and still has its money is given back."""
    if beside_outside and operation.status == Status.APPROVED:
        outside = OutsidePayment.objects.standing_of(operation.order)
        if not is_paid_twice(outside, operation):
            return ""
        is_captured = sums_of(operation, operation.follow_ups.all()).captured
        return Kind.REFUND if is_captured else Kind.VOID
    if operation.status != Status.DUPLICATE or is_given_back(operation, operation.follow_ups.all()):
        return ""
    return Kind.VOID if operation.kind == Kind.AUTHORIZATION else Kind.REFUND


def _name(event: Event) -> str:
    data = event.data
    return str(data.get("maintenance_reference") or data.get("merchant_reference", ""))


def _cut(rows: QuerySet[Row], after: int) -> tuple[list[Row], int | None]:
    """A page of ``rows`` behind the id ``after``, and the id that the next page lies behind."""
    found = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    return page, page[-1].pk if len(found) > PAGE_SIZE else None
