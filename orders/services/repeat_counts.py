"""What a repeat run comes to: how many rows, how much, and what came of each. Reads only.

What came of a row is what its order says now, so that a charge which was resolved later, or charged
by a person after a refusal, counts as what it is.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Sum

from orders.models import RepeatItem, RepeatRun
from orders.run_states import ItemState, Outcome
from orders.states import OrderStatus

_OF_STATE = {
    ItemState.DRAFT: Outcome.WAITING,
    ItemState.WAITING: Outcome.WAITING,
    ItemState.REFUSED: Outcome.REFUSED,
    ItemState.LEFT_OUT: Outcome.LEFT_OUT,
}
_OF_ORDER = {
    OrderStatus.CHARGED: Outcome.CHARGED,
    OrderStatus.PAID: Outcome.CHARGED,
    OrderStatus.PART_REFUNDED: Outcome.CHARGED,
    OrderStatus.REFUNDED: Outcome.CHARGED,
    OrderStatus.DECLINED: Outcome.DECLINED,
    OrderStatus.UNKNOWN: Outcome.UNKNOWN,
}


@dataclass(frozen=True)
class Progress:
    """``counts`` has every outcome; ``sums`` and ``charged`` are minor units by currency, of all
    rows and of those charged.
    """

    counts: dict[Outcome, int]
    sums: dict[str, int]
    charged: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows can be, or could have been, charged."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many of them wait for nothing any more."""
        return self.rows - self.counts[Outcome.WAITING] - self.counts[Outcome.UNKNOWN]

    @property
    def percent(self) -> int:
        """How much of the run is done; 100 only once all of it is."""
        return 100 * self.done // self.rows if self.rows else 100


def progress(run: RepeatRun) -> Progress:
    """How far the run is. One query."""
    counts: Counter[Outcome] = Counter()
    sums: Counter[str] = Counter()
    charged: Counter[str] = Counter()
    rows = run.items.order_by().values_list("state", "order__status", "currency")
    for state, status, currency, count, total in rows.annotate(Count("id"), Sum("amount_minor")):
        outcome = _outcome(state, status)
        counts[outcome] += count
        sums[currency] += total
        charged[currency] += total if outcome == Outcome.CHARGED else 0
    return Progress({one: counts[one] for one in Outcome}, dict(sums), dict(charged))


def outcome_of(item: RepeatItem) -> Outcome:
    """What came of the row, by its order as it was fetched with it."""
    return _outcome(item.state, item.order.status if item.order else None)


def _outcome(state: str, status: str | None) -> Outcome:
    if state == ItemState.TAKEN:
        return _OF_ORDER.get(OrderStatus(str(status)), Outcome.NOT_CHARGED)
    return _OF_STATE[ItemState(state)]
