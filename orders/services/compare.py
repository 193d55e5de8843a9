"""Hold a report of the gateway against the operations: every day, and after a restored backup.

The report opens and closes differences. It proves nothing about a charge: where it tells of a
success that is none here, the gateway is asked, and its signed answer counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from orders import clock
from orders.errors import Refused
from orders.models import Comparison, Difference, Evidence, Operation
from orders.services import audit
from orders.services.ask import ask
from orders.services.differences import Key, keep, open_differences, sides_of
from orders.services.report import BadReport, ReportRow
from orders.services.report_store import BATCH, ReportStore
from orders.services.sides import PROVEN, is_on_its_way
from orders.states import Kind

MARGIN = timedelta(minutes=60)
# A person presses for the rest: a report full of differences must not become a storm of questions.
MOST_ASKED = 50


@dataclass(frozen=True)
class Found:
    """A difference that this report shows."""

    merchant_reference: str
    kind: Kind
    what: Difference.What


@dataclass(frozen=True)
class Window:
    """The time a report covers. Near its ends it may lack what was on its way just then, so that
    only between them, ``margin`` away, a charge that is not in the report is missing there.
    """

    since: datetime
    until: datetime
    margin: timedelta

    @property
    def inner(self) -> tuple[datetime, datetime]:
        """From when until when the report must know of everything."""
        return self.since + self.margin, self.until - self.margin

    def covers(self, moment: datetime) -> bool:
        """Whether the report must know of what happened at ``moment``."""
        begins, ends = self.inner
        return begins <= moment <= ends


@dataclass(frozen=True)
class Compared:
    """What came of it: how much was read, of which time, and the differences the report shows."""

    rows: int
    sha256: str
    window: Window
    found: list[Found] = field(default_factory=list)


def compare(
    *,
    path: Path,
    run_by: str,
    since: datetime | None = None,
    until: datetime | None = None,
    margin: timedelta = MARGIN,
    is_dry: bool = False,
    progress: Callable[[int], object] = int,
) -> Compared:
    """Read the whole report, then bring the differences in line with it, each in a transaction of
    its own; with ``is_dry`` only look. ``since`` and ``until``: what the report covers, by default
    from its first row to its last. ``run_by`` is named in the trail.

    Raises ``BadReport`` for a file that cannot be believed, or a time that cannot be, before
    anything is changed; ``OSError`` for one that cannot be read. Running it again does no harm.
    """
    with ReportStore(path, progress) as store:
        window = _window(store, since, until, margin)
        _mark(store, window)
        if is_dry:
            found = [one for key in store.marked() if (one := _would_find(store, key, window))]
            return Compared(store.rows, store.sha256, window, found)
        comparison = Comparison.objects.create(
            file_name=path.name[-250:],
            sha256=store.sha256,
            rows=store.rows,
            since=window.since,
            until=window.until,
            at=clock.now(),
        )
        for key in store.marked():
            keep(key, _told(store, key), comparison, window.covers)
        _ask_about(comparison)
        found = [
            Found(one.merchant_reference, Kind(one.kind), Difference.What(one.what))
            for one in open_differences().filter(last_seen_in=comparison)
        ]
        _record(comparison, run_by, len(found))
        return Compared(store.rows, store.sha256, window, found)


def _window(
    store: ReportStore, since: datetime | None, until: datetime | None, margin: timedelta
) -> Window:
    if until and until > clock.now():
        raise BadReport("It cannot cover a time to come. Say with --to until when it tells.")
    since, until = since or store.first, until or store.last
    if since is None or until is None:
        raise BadReport("The report has no rows. Say with --from and --to what time it covers.")
    if since > until:
        raise BadReport("The time it covers ends before it begins.")
    return Window(since, until, margin)


def _mark(store: ReportStore, window: Window) -> None:
    """Mark what differs at first sight, and what is open and may be closed now."""
    for references in store.references():
        _mark_told(store, references, window)
    for operations in _approved_in(window):
        references = [one.merchant_reference for one in operations]
        told = {reference for reference, _kind in store.of(set(references))}
        for one in operations:
            if one.merchant_reference not in told:
                store.mark((one.merchant_reference, Kind(one.kind)))
    for difference in open_differences().iterator(chunk_size=BATCH):
        if any(window.covers(datetime.fromisoformat(one["at"])) for one in difference.there):
            store.mark((difference.merchant_reference, Kind(difference.kind)))


def _mark_told(store: ReportStore, references: list[str], window: Window) -> None:
    rows = store.of(references)
    operations: dict[Key, list[Operation]] = defaultdict(list)
    for one in Operation.objects.filter(merchant_reference__in=references):
        operations[one.merchant_reference, Kind(one.kind)].append(one)
    were = {
        (one.merchant_reference, Kind(one.kind))
        for one in open_differences().filter(merchant_reference__in=references)
    }
    for key in rows.keys() | operations.keys():
        told, stands = rows.get(key, []), operations.get(key, [])
        if key in were or sides_of(key, told, stands, None, window.covers).what:
            store.mark(key)


def _approved_in(window: Window) -> Iterator[list[Operation]]:
    """Every operation that was approved, of the time that the report must know about."""
    rows = Operation.objects.filter(status__in=PROVEN, submitted_at__range=window.inner)
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _told(store: ReportStore, key: Key) -> list[ReportRow]:
    return store.of([key[0]]).get(key, [])


def _would_find(store: ReportStore, key: Key, window: Window) -> Found | None:
    reference, kind = key
    operations = list(Operation.objects.filter(merchant_reference=reference, kind=kind))
    was = open_differences().filter(merchant_reference=reference, kind=kind).first()
    what = sides_of(key, _told(store, key), operations, was, window.covers).what
    return Found(reference, kind, what) if what and not is_on_its_way(operations) else None


def _ask_about(comparison: Comparison) -> None:
    """Ask about successes that are none here, until the gateway does not answer."""
    seen = open_differences().filter(last_seen_in=comparison, operation__isnull=False)
    not_here = seen.exclude(operation__status__in=PROVEN).select_related("operation")
    for difference in not_here.order_by("id")[:MOST_ASKED]:
        charge = difference.operation
        if charge and not _is_answered(charge):
            return


def _is_answered(charge: Operation) -> bool:
    try:
        asked = ask(operation=charge, even_if_settled=True)
    except Refused:
        return False  # the gateway is away: a person presses later
    checks = asked.evidence.filter(source=Evidence.Source.CHECK).order_by("-id")
    return checks.values_list("verified", flat=True).first() is not False


def _record(comparison: Comparison, run_by: str, differences: int) -> None:
    audit.record_account(
        "report_compared",
        actor_name=run_by,
        file=comparison.file_name,
        sha256=comparison.sha256,
        rows=comparison.rows,
        since=comparison.since.isoformat(),
        until=comparison.until.isoformat(),
        differences=differences,
    )
