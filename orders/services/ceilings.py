"""What a person may move by themselves: per role, currency and kind of act, at once and in a day.

Over it nothing is done at once: the act becomes a request (``services.approval_requests``). Reads
only. What decides is asked under the lock of the person's row (``services.limits``), so that of two
acts at once the second one counts the first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import OverCeiling
from orders.models import (
    ApprovalRequest,
    Ceiling,
    Operation,
    OutsidePayment,
    RepeatItem,
    Staff,
)
from orders.run_states import HOLD_REFERENCE
from orders.states import CHARGES, MOVES_MONEY, Act, Kind, Limit

RIGHTS: dict[str, str] = {
    Act.CHARGE: "orders.charge_order",
    Act.OVERRIDE: "orders.charge_order",
    Act.CAPTURE: "orders.capture_order",
    Act.REFUND: "orders.refund_order",
    Act.OUTSIDE: "orders.record_outside_payment",
    Act.REPEAT: "orders.run_repeat",
}


@dataclass(frozen=True)
class Over:
    """The ceiling that an act is over, in minor units of ``currency``. ``moved_minor`` is what was
    moved that day already, 0 where the act alone is too much.
    """

    act: Act
    limit: Limit
    ceiling_minor: int
    moved_minor: int
    currency: str

    def __str__(self) -> str:
        return _("Over your limit. %(limit)s") % {"limit": limit_words(self)}


def limit_words(of: Over | ApprovalRequest) -> str:
    """Which ceiling it is, and how much: "Refund: KWD 500.000 at once."."""
    act = Act(of.held_to if isinstance(of, ApprovalRequest) else of.act)
    words = {
        "act": act.label,
        "ceiling": f"\u2066{money.format_money(of.ceiling_minor, of.currency)}\u2069",
        "moved": f"\u2066{money.format_money(of.moved_minor, of.currency)}\u2069",
    }
    if of.limit == Limit.PER_ACT:
        return _("%(act)s: %(ceiling)s at once.") % words
    return _("%(act)s: %(ceiling)s a day, and %(moved)s was moved today.") % words


def check(*, actor: Staff, act: Act, amount_minor: int, currency: str) -> None:
    """Raise ``OverCeiling`` where another person has to approve it. The caller holds the lock of
    the person's row.
    """
    if found := over(actor=actor, act=act, amount_minor=amount_minor, currency=currency):
        raise refusal(found)


def refusal(
    over: Over, words: str = "", *, code: str = "over_ceiling", may_be_asked_for: bool = True
) -> OverCeiling:
    """What to raise where another person has to approve it; ``words`` say how, with ``over``. What
    cannot wait for that is not ``may_be_asked_for``: the trail hears of it at once.
    """
    words = words or _("%(over)s Nothing was sent. You can ask for approval.")
    return OverCeiling(
        code, words % {"over": over}, field="amount", may_be_asked_for=may_be_asked_for
    )


def over_charge(
    *,
    actor: Staff | None,
    amount_minor: int,
    currency: str,
    is_override: bool,
    besides: Operation | None = None,
) -> Over | None:
    """The ceiling that a charge is over. ``is_override``: it goes on although another
    one looks like it. ``besides`` is the charge itself where it is stored already. Without an
    ``actor`` a repeat run charges, which answers for itself; what a person charges is held to their
    ceiling, whatever the order says of itself.
    """
    if actor is None:
        return None
    for act in (Act.CHARGE, Act.OVERRIDE) if is_override else (Act.CHARGE,):
        found = over(
            actor=actor,
            act=act,
            amount_minor=amount_minor,
            currency=currency,
            besides=besides,
        )
        if found:
            return found
    return None


def over(
    *, actor: Staff, act: Act, amount_minor: int, currency: str, besides: Operation | None = None
) -> Over | None:
    """The ceiling of ``actor`` that moving so much more would be over, or ``None``."""
    per_act, per_day = ceiling_of(actor, act, currency)
    if per_act is not None and amount_minor > per_act:
        return Over(act, Limit.PER_ACT, per_act, 0, currency)
    if per_day is None:
        return None
    moved = moved_today(actor, act, currency, besides=besides)
    if moved + amount_minor > per_day:
        return Over(act, Limit.PER_DAY, per_day, moved, currency)
    return None


def ceiling_of(person: Staff, act: Act, currency: str) -> tuple[int | None, int | None]:
    """What ``person`` may move at once and in a day, in minor units; ``None`` is no limit.

    Of the groups that grant the right the highest counts, and one without a ceiling lifts it. A
    right given to the person themselves has none.
    """
    rows = Ceiling.objects.filter(act=act, currency=currency, group__user=person)
    ceilings = {row.group_id: row for row in rows}
    if not ceilings or person.is_superuser:
        return None, None
    app, codename = RIGHTS[act].split(".")
    right = {"codename": codename, "content_type__app_label": app}
    if person.user_permissions.filter(**right).exists():
        return None, None
    granting = Q(**{f"permissions__{name}": value for name, value in right.items()})
    granting_ids = set(person.groups.filter(granting).values_list("pk", flat=True))
    if not granting_ids <= ceilings.keys():
        return None, None
    its = [ceilings[pk] for pk in granting_ids]
    return _highest([one.per_act_minor for one in its]), _highest(
        [one.per_day_minor for one in its]
    )


def moved_today(person: Staff, act: Act, currency: str, *, besides: Operation | None = None) -> int:
    """What ``person`` moved since midnight by that kind of act, in minor units; what a second
    person decided about, or is asked to, is left out.
    """
    if act == Act.OUTSIDE:
        return _recorded_today(person, currency)
    if act == Act.REPEAT:
        return _started_today(person, currency)
    rows = _ROWS[act]().filter(actor=person, currency=currency, status__in=MOVES_MONEY)
    rows = rows.alias(at=Coalesce("submitted_at", "created_at")).filter(at__gte=clock.midnight())
    if besides:
        rows = rows.exclude(pk=besides.pk)
    return int(rows.aggregate(moved=Sum("amount_minor", default=0))["moved"])


def _recorded_today(person: Staff, currency: str) -> int:
    """What ``person`` recorded as paid outside the gateway. What was taken back counts, too: else
    a sum could be recorded, used, and taken back, any number of times.
    """
    rows = OutsidePayment.objects.filter(
        recorded_by=person, currency=currency, recorded_at__gte=clock.midnight(), approver=None
    )
    return int(rows.aggregate(moved=Sum("amount_minor", default=0))["moved"])


def _started_today(person: Staff, currency: str) -> int:
    """What the runs come to that ``person`` started by themselves."""
    rows = RepeatItem.objects.filter(
        run__started_by=person,
        run__started_at__gte=clock.midnight(),
        run__approver=None,
        currency=currency,
        state__in=sorted(HOLD_REFERENCE),
    )
    return int(rows.aggregate(moved=Sum("amount_minor", default=0))["moved"])


def _highest(amounts: list[int | None]) -> int | None:
    known = [one for one in amounts if one is not None]
    return max(known) if known and len(known) == len(amounts) else None


def _charges() -> QuerySet[Operation]:
    return Operation.objects.filter(kind__in=CHARGES, approval_request=None)


def _overrides() -> QuerySet[Operation]:
    return _charges().exclude(beside="")


def _captures() -> QuerySet[Operation]:
    return Operation.objects.filter(kind=Kind.CAPTURE, made_for=None)


def _refunds() -> QuerySet[Operation]:
    return Operation.objects.filter(kind=Kind.REFUND, made_for=None)


_ROWS: dict[str, Callable[[], QuerySet[Operation]]] = {
    Act.CHARGE: _charges,
    Act.OVERRIDE: _overrides,
    Act.CAPTURE: _captures,
    Act.REFUND: _refunds,
}
