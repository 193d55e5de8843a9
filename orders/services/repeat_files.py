"""A repeat run made from a file: all of it is looked at, and nothing is charged yet."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from orders import clock, sheets
from orders.cards import holds_card_number
from orders.errors import Refused
from orders.models import RepeatItem, RepeatRun, Staff
from orders.services import audit, rules
from orders.services.repeat_rows import COLUMNS, DryRun
from orders.sheets import Line

RIGHT = "orders.run_repeat"
MOST_ROWS = 20_000
_NEEDED = ("amount", "currency", "reference")
_LONGEST_NAME = 120


def upload(*, actor: Staff, name: str, data: bytes) -> RepeatRun:
    """The run of a CSV file called ``name``, not started: its good rows, and what is wrong with the
    others. The file itself is not kept.

    Raises ``Refused`` for a file that is no such table, has no rows or too many, or holds a card
    number.
    """
    rules.may(actor, RIGHT)
    _check_cells(data)
    _check_columns(sheets.names(data))
    digest = hashlib.sha256(data).hexdigest()
    return make(actor=actor, name=name, lines=sheets.read(data, COLUMNS), digest=digest)


def make(*, actor: Staff, name: str, lines: Iterable[Line], digest: str = "") -> RepeatRun:
    """The run of these rows, told in the trail. Raises ``Refused`` for none and for too many."""
    rules.may(actor, RIGHT)
    dry = DryRun()
    sums: Counter[str] = Counter()
    good_count = 0
    with transaction.atomic(durable=True):
        run = RepeatRun.objects.create(
            name=name[:_LONGEST_NAME], digest=digest, made_by=actor, made_at=clock.now()
        )
        for items in dry.check(lines):
            if dry.row_count > MOST_ROWS:
                sentence = _("A run has at most %(most)s rows. Split it.") % {"most": MOST_ROWS}
                raise Refused("too_many_rows", sentence, field="sheet")
            for item in items:
                item.run = run
                sums[item.currency] += item.amount_minor
            good_count += len(items)
            RepeatItem.objects.bulk_create(items)
        if not dry.row_count:
            raise Refused("no_rows", _("There are no rows."), field="sheet")
        RepeatRun.objects.filter(pk=run.pk).update(
            row_count=dry.row_count,
            good_count=good_count,
            sums=dict(sums),
            faults=dry.faults,
            alike=dry.alike,
        )
        audit.record_account(
            "repeat_run_made",
            actor=actor,
            run=run.number,
            digest=digest,
            rows=dry.row_count,
            faults=len(dry.faults),
        )
    run.refresh_from_db()
    return run


def _check_cells(data: bytes) -> None:
    if any(holds_card_number(unicodedata.normalize("NFKC", cell)) for cell in sheets.cells(data)):
        sentence = _("The file holds what looks like a card number. Nothing of it was saved.")
        raise Refused("card_number", sentence, field="sheet")


def _check_columns(names: frozenset[str]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    if not names & {"customer", "card"}:
        missing.append("customer")
    if missing:
        words = {"columns": ", ".join(missing)}
        raise Refused(
            "columns_missing",
            _("The first line has to name the columns. Missing: %(columns)s.") % words,
            field="sheet",
        )
