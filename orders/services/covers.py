"""Which rows of a report are known already, though no operation of their kind is here.

A message about nothing here is evidence of the gateway's own; acknowledged with a name and a
reason (``services.attend``), it says that somebody looked at exactly this money. And the gateway's
books tell of a reservation that ended by itself as of a void, which nobody made.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from orders.gateway import Outcome
from orders.models import Evidence, Operation
from orders.services.report import KINDS, ReportRow
from orders.states import Kind, Status


def without_covered(rows: Iterable[ReportRow], reference: str) -> list[ReportRow]:
    """The rows that nothing covers: an acknowledged message covers one success that it names, a
    reservation that has lapsed here one void of it.
    """
    rows = list(rows)
    tests = [partial(_covers, body) for body in _acknowledged(reference)]
    tests += [partial(_ended, charge) for charge in _lapsed(reference)]
    for is_covered in tests:
        covered = next((row for row in rows if is_covered(row)), None)
        if covered:
            rows.remove(covered)
    return rows


def _acknowledged(reference: str) -> list[Mapping[str, str]]:
    found = Evidence.objects.filter(
        operation__isnull=True,
        verified=True,
        outcome=Outcome.APPROVED,
        merchant_reference=reference,
        acknowledgement__isnull=False,
    )
    return list(found.values_list("body", flat=True))


def _lapsed(reference: str) -> Iterable[Operation]:
    return Operation.objects.filter(merchant_reference=reference, status=Status.LAPSED)


def _ended(charge: Operation, row: ReportRow) -> bool:
    """Whether the row tells that the gateway let go of this very reservation."""
    said = (row.fort_id, row.amount_minor, row.currency)
    is_of_it = said == (charge.fort_id, charge.amount_minor, charge.currency)
    return is_of_it and row.kind == Kind.VOID and row.outcome is Outcome.APPROVED


def _covers(body: Mapping[str, str], row: ReportRow) -> bool:
    if row.outcome is not Outcome.APPROVED or body.get("fort_id", row.fort_id) != row.fort_id:
        return False
    if "query_command" in body:  # a status check tells sums, of the charge alone, no currency
        sums = {body.get("authorized_amount"), body.get("captured_amount")}
        return row.is_charge and str(row.amount_minor) in sums
    said = (KINDS.get(body.get("command", "")), body.get("amount"), body.get("currency"))
    return said == (row.kind, str(row.amount_minor), row.currency)
