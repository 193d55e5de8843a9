"""What people do with a repeat run: start, approve, pause, resume, stop and drop it. Each act moves
the run by one conditional update and is told in the trail; ``services.repeat_work`` charges.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from orders import clock, origin
from orders.errors import Conflict, Refused
from orders.models import RepeatRun, Staff
from orders.run_states import ItemState, RunState
from orders.services import attend, audit, ceilings, limits, repeat_rows, rules
from orders.services.ceilings import Over
from orders.services.repeat_files import RIGHT
from orders.services.waiting_approvals import RIGHT as APPROVES
from orders.states import Act, Limit

CHARGES = ("orders.take_order", "orders.charge_order")


def start(*, actor: Staff, run: RepeatRun, alike_reason: str = "") -> RepeatRun:
    """The run, running; over a ceiling of ``actor`` it waits for a second person instead.

    ``alike_reason`` says why rows that look like another charge are charged all the same; without
    it they are not. Raises ``Refused`` where there is nothing to charge or a row was charged by
    another run meanwhile, ``Conflict`` where the run has moved on.
    """
    rules.may(actor, RIGHT, *CHARGES)
    reason = attend.check_reason(alike_reason) if alike_reason else ""
    with transaction.atomic(durable=True):
        limits.check_person(actor)
        current = _locked(run)
        if current.state != RunState.DRAFT:
            raise Conflict("run_moved_on", _("This run has moved on. See where it stands."))
        by_whom = {"started_by": actor, "alike_reason": reason, "approver": None}
        if over := over_of(current, actor, is_override=bool(reason)):
            session = origin.current().session
            current.move(RunState.ASKED, requested_in=session, **by_whom)
            _tell("repeat_run_asked", current, actor, over=_told(over), **_sums(current))
            return current
        _begin(current, **by_whom)
        _tell("repeat_run_started", current, actor, reason=reason, **_sums(current))
    return current


def approve(*, actor: Staff, run: RepeatRun) -> RepeatRun:
    """The run, running. Raises ``Refused`` for one's own run or session, and where who asked may
    not start it any more; ``Conflict`` where it does not wait.
    """
    rules.may(actor, APPROVES)
    with transaction.atomic(durable=True):
        limits.check_person(actor)
        current = _locked(run)
        _check_decider(actor, current)
        asker = current.started_by
        if asker is None or not asker.is_active or not asker.has_perms((RIGHT, *CHARGES)):
            raise Refused("asker_may_not", _("Who asked may not do this any more."))
        limits.check_person(asker)
        if current.state != RunState.ASKED:
            raise Conflict("run_moved_on", _("This run does not wait for approval any more."))
        _begin(current, approver=actor)
        _tell("repeat_run_approved", current, actor, asked_by=str(asker), **_sums(current))
    return current


def refuse(*, actor: Staff, run: RepeatRun, reason: str) -> RepeatRun:
    """The run, not started, as a second person or who asked decided. Raises as ``approve`` does."""
    reason = attend.check_reason(reason)
    with transaction.atomic(durable=True):
        current = _locked(run)
        if actor.pk != current.started_by_id:
            rules.may(actor, APPROVES)
            _check_decider(actor, current)
        current.move(RunState.DRAFT)
        _tell("repeat_run_refused", current, actor, reason=reason)
    return current


def take_back(*, actor: Staff, run: RepeatRun) -> RepeatRun:
    """The run, not started, as who asked for it wants. Raises ``Refused`` for anybody else."""
    if actor.pk != run.started_by_id:
        raise Refused("not_yours", _("Only who asked may take it back."))
    return refuse(actor=actor, run=run, reason=str(_("Taken back by who asked")))


def pause(*, actor: Staff | None, run: RepeatRun, reason: str = "") -> RepeatRun:
    """The run, paused: what is on the wire ends, nothing more begins. Without an ``actor`` the
    office does it by itself. Raises ``Conflict`` where it does not run.
    """
    return _move(run, RunState.PAUSED, "repeat_run_paused", actor, reason, due_at=None)


def resume(*, actor: Staff, run: RepeatRun) -> RepeatRun:
    """The run, running again. Raises ``Conflict`` where it is not paused, and ``Refused`` as
    ``start`` does for who may not charge now.
    """
    rules.may(actor, *CHARGES)
    if run.state != RunState.PAUSED:
        raise Conflict("run_moved_on", _("This run is not paused any more."))
    with transaction.atomic(durable=True):
        limits.check_person(actor)
    return _move(run, RunState.RUNNING, "repeat_run_resumed", actor, due_at=clock.now())


def stop(*, actor: Staff, run: RepeatRun) -> RepeatRun:
    """The run, stopped for good. What was not begun is left out, and may go into another run."""
    now = clock.now()
    return _move(run, RunState.STOPPED, "repeat_run_stopped", actor, due_at=None, ended_at=now)


def drop(*, actor: Staff, run: RepeatRun) -> RepeatRun:
    """The run, put away before it was ever started."""
    return _move(run, RunState.DROPPED, "repeat_run_dropped", actor, ended_at=clock.now())


def over_of(run: RepeatRun, actor: Staff, *, is_override: bool) -> Over | None:
    """The ceiling that starting the run is over: for the whole of it, for one of its charges, which
    nobody may split off into a run, or, where it is an override, for what looks like another charge
    and is charged all the same. Reads only.
    """
    if is_override and (found := _over_alike(run, actor)):
        return found
    rows = run.items.order_by().values("currency")
    for row in rows.annotate(total=Sum("amount_minor"), most=Max("amount_minor")):
        currency = row["currency"]
        per_charge, _per_day = ceilings.ceiling_of(actor, Act.CHARGE, currency)
        if per_charge is not None and row["most"] > per_charge:
            return Over(Act.CHARGE, Limit.PER_ACT, per_charge, 0, currency)
        found = ceilings.over(
            actor=actor, act=Act.REPEAT, amount_minor=row["total"], currency=currency
        )
        if found:
            return found
    return None


def _over_alike(run: RepeatRun, actor: Staff) -> Over | None:
    rows = run.items.filter(line__in=run.alike_lines).order_by().values("currency")
    for row in rows.annotate(total=Sum("amount_minor")):
        amount_minor, currency = row["total"], row["currency"]
        found = ceilings.over(
            actor=actor, act=Act.OVERRIDE, amount_minor=amount_minor, currency=currency
        )
        if found:
            return found
    return None


def why_not_by(actor: Staff, run: RepeatRun) -> str:
    """Why ``actor`` may not approve the run, or "". Reads only."""
    if not actor.has_perm(APPROVES):
        return _("You do not have the right to do this.")
    if actor.pk in (run.started_by_id, run.made_by_id):
        return _("You made or started this run yourself. Another person has to decide it.")
    if run.requested_in and run.requested_in == origin.current().session:
        return _("This was asked for in your own session. Sign in anew to decide it.")
    return ""


def _begin(run: RepeatRun, **by_whom: object) -> None:
    """Let the rows be charged: from here on each reference belongs to its row."""
    rows = run.items.filter(state=ItemState.DRAFT)
    if not rows.exists():
        raise Refused("nothing_to_charge", _("There is no row to charge."))
    now = clock.now()
    run.move(RunState.RUNNING, started_at=now, due_at=now, **by_whom)
    try:
        with transaction.atomic():
            rows.update(state=ItemState.WAITING)
    except IntegrityError as error:
        references = set(run.items.values_list("reference", flat=True))
        used = repeat_rows.used_before(references)
        raise Refused("used", repeat_rows.used_words(used) if used else str(error)) from error


def _move(
    run: RepeatRun,
    new: RunState,
    kind: str,
    actor: Staff | None,
    reason: str = "",
    **changes: object,
) -> RepeatRun:
    if actor:
        rules.may(actor, RIGHT)
    with transaction.atomic(durable=True):
        current = _locked(run)
        current.move(new, **changes)
        if new in {RunState.STOPPED, RunState.DROPPED}:
            rest = current.items.filter(state__in=[ItemState.DRAFT, ItemState.WAITING])
            rest.update(state=ItemState.LEFT_OUT, lease_until=None)
        _tell(kind, current, actor, reason=reason)
    return current


def _locked(run: RepeatRun) -> RepeatRun:
    return RepeatRun.objects.select_for_update(no_key=True).get(pk=run.pk)


def _check_decider(actor: Staff, run: RepeatRun) -> None:
    if sentence := why_not_by(actor, run):
        raise Refused("not_by_you", sentence)


def _sums(run: RepeatRun) -> dict[str, Any]:
    """The rows to charge and what they come to, for the trail."""
    return {"rows": run.good_count, "sums": run.sums}


def _told(over: Over) -> list[object]:
    return [over.act, over.limit, over.ceiling_minor, over.moved_minor, over.currency]


def _tell(kind: str, run: RepeatRun, actor: Staff | None, *, reason: str = "", **data: Any) -> None:
    audit.record_account(kind, actor=actor, reason=reason, run=run.number, **data)
