"""Whether the gateway answers, as all processes on all machines together have heard.

After some silences in a row nothing more is sent: nobody waits for nothing, and the gateway's
return is not met by a crowd. Then one question at a time, after a growing pause, finds out whether
it is back. An answer of any kind ends it, as long as it is the gateway's own.

The rows are written only when something changes, never in one transaction with money, and a
database that fails here is told to the log alone: what is known of a charge comes first.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, transaction
from django.db.models import F, Q

from orders import clock
from orders.models import Breaker, Operation
from orders.models.breakers import SET_UP, SILENCE
from orders.states import Status

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0
MARGIN_S = 5.0  # beyond its own deadline, until a question is taken to have died with its process


def is_away() -> bool:
    """Whether the gateway is taken to be away."""
    return SILENCE in open_causes()


def open_causes() -> frozenset[str]:
    """Why nothing may be sent now, by ``Breaker.Cause``; empty also where it cannot be read. One
    query on a table of two rows.
    """
    try:
        rows = Breaker.objects.filter(opened_at__isnull=False)
        return frozenset(rows.values_list("cause", flat=True))
    except Error:
        log.exception("the breaker cannot be read")
        return frozenset()


def figures() -> dict[str, int]:
    """For a monitor: whether each breaker is open and for how many seconds, what failed in a row,
    and how many questions found out in vain since the gateway went away.
    """
    rows = {row.cause: row for row in Breaker.objects.all()}
    silence, set_up = (rows.get(cause, Breaker(cause=cause)) for cause in (SILENCE, SET_UP))
    return {
        "motooffice_gateway_away": int(silence.opened_at is not None),
        "motooffice_gateway_away_seconds": _seconds_since(silence.opened_at),
        "motooffice_gateway_silences": silence.failures,
        "motooffice_gateway_probes": silence.probes,
        "motooffice_account_refused": int(set_up.opened_at is not None),
        "motooffice_account_refusals": set_up.failures,
    }


def claim_probe() -> datetime | None:
    """The mark of the one question that may find out now, for ``heard``; ``None`` before the pause
    is over, while another process finds out, and while the gateway is not away.
    """
    now = clock.now()
    longest_s = max(settings.CHARGE_DEADLINE_S, LONGEST_PAUSE_S) + MARGIN_S
    mark = now + timedelta(seconds=longest_s)
    # A moment further ahead was written before the clock was set back.
    due = Q(try_at__lte=now) | Q(try_at__gt=mark)
    row = Breaker.objects.filter(due, cause=SILENCE).first()
    if row is None:
        return None
    with transaction.atomic(durable=True):
        mine = Breaker.objects.filter(cause=SILENCE, try_at=row.try_at)
        return mark if mine.update(try_at=mark, probes=F("probes") + 1) else None


def heard(*, answered: bool | None, reason: str = "", probe: datetime | None = None) -> None:
    """Note how an exchange ended: with the gateway's own answer, with silence, or (``None``)
    before the gateway was called. ``probe`` is the mark of the question that was to find out.

    When it is back, everything unknown is due at once. The caller has no transaction open.
    """
    if answered is None:
        return
    try:
        if answered:
            clear(SILENCE)
        else:
            _silent(reason, probe)
    except Error:
        log.exception("the breaker cannot be written")


def count(cause: str, reason: str, **opening: object) -> bool:
    """Count one more failure in a row; ``True`` when it opens the breaker, which writes ``opening``
    besides. Of one that is open nothing changes.
    """
    with transaction.atomic(durable=True):
        rows = Breaker.objects.filter(cause=cause, opened_at=None)
        Breaker.objects.get_or_create(cause=cause)
        rows.update(failures=F("failures") + 1, reason=reason[:40])
        enough = rows.filter(failures__gte=settings.RESOLVE_BREAKER_AFTER)
        return bool(enough.update(opened_at=clock.now(), **opening))


def clear(cause: str) -> None:
    """No failure counts any more, and what was held up goes on. Where none counted it costs one
    query, and nothing is written.
    """
    row = Breaker.objects.filter(cause=cause).exclude(failures=0, opened_at=None).first()
    if row is None:
        return
    if row.cause == SILENCE and row.opened_at:
        # First, so that a process which dies here leaves it to the next answer.
        _make_all_due()
        log.warning("the gateway answers again")
    with transaction.atomic(durable=True):
        Breaker.objects.filter(pk=row.pk).update(failures=0, opened_at=None, try_at=None)


def _silent(reason: str, probe: datetime | None) -> None:
    """Questions that were under way when the pause began do not make it longer; the one that was to
    find out begins the next.
    """
    if probe:
        _pause_again(probe)
        return
    first = clock.now() + timedelta(seconds=FIRST_PAUSE_S)
    if count(SILENCE, reason, try_at=first, pause_s=2 * FIRST_PAUSE_S, probes=0):
        log.warning("the gateway does not answer (%s): nothing more is sent", reason)


def _pause_again(probe: datetime) -> None:
    row = Breaker.objects.filter(cause=SILENCE, try_at=probe).first()
    if row is None:
        return
    after = clock.now() + timedelta(seconds=row.pause_s)
    longer_s = min(2 * row.pause_s, LONGEST_PAUSE_S)
    with transaction.atomic(durable=True):
        Breaker.objects.filter(pk=row.pk, try_at=probe).update(try_at=after, pause_s=longer_s)


def _seconds_since(moment: datetime | None) -> int:
    return round((clock.now() - moment).total_seconds()) if moment else 0


def _make_all_due() -> None:
    """Let nothing wait for its turn that could not be asked while the gateway was away."""
    now = clock.now()
    waiting = Operation.objects.filter(status=Status.UNKNOWN)
    waiting.filter(next_check_at__gt=now).update(next_check_at=now)
