"""Which rows of a report are known already by a signed message that a person dealt with.

A message about nothing here is evidence of the gateway's own; acknowledged with a name and a
reason (``services.attend``), it says that somebody looked at exactly this money.
"""

from collections.abc import Iterable, Mapping

from orders.gateway import Outcome
from orders.models import Evidence
from orders.services.report import KINDS, ReportRow


def without_covered(rows: Iterable[ReportRow], reference: str) -> list[ReportRow]:
    """The rows that no acknowledged message covers: each covers one success that it names."""
    rows = list(rows)
    for body in _acknowledged(reference):
        covered = next((row for row in rows if _covers(body, row)), None)
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


def _covers(body: Mapping[str, str], row: ReportRow) -> bool:
    if row.outcome is not Outcome.APPROVED or body.get("fort_id", row.fort_id) != row.fort_id:
        return False
    if "query_command" in body:  # a status check tells sums, of the charge alone, no currency
        sums = {body.get("authorized_amount"), body.get("captured_amount")}
        return row.is_charge and str(row.amount_minor) in sums
    said = (KINDS.get(body.get("command", "")), body.get("amount"), body.get("currency"))
    return said == (row.kind, str(row.amount_minor), row.currency)
