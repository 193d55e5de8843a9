"""What was seen on both sides of a difference, as its row keeps it and as it is compared again."""

from datetime import datetime
from typing import Any

from orders.models import Difference, Operation
from orders.services.report import ReportRow
from orders.states import Kind


def written(row: ReportRow) -> dict[str, Any]:
    """The row of a report, as ``Difference.there`` keeps it."""
    return {
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "response_code": row.response_code,
        "fort_id": row.fort_id,
        "at": row.at.isoformat(),
    }


def stands(operation: Operation, is_due: bool) -> dict[str, Any]:
    """The operation as it stands now, as ``Difference.here`` keeps it. ``is_due``: the report had
    to tell of it.
    """
    return {
        "operation": operation.pk,
        "reference": str(operation),
        "status": operation.status,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
        "is_due": is_due,
    }


def rows_of(difference: Difference) -> list[ReportRow]:
    """The rows of the reports that showed it."""
    return [
        ReportRow(
            merchant_reference=difference.merchant_reference,
            kind=Kind(difference.kind),
            **(told | {"at": datetime.fromisoformat(told["at"])}),
        )
        for told in difference.there
    ]


def due_in(difference: Difference) -> frozenset[int]:
    """The ids of the operations that a report had to tell of."""
    return frozenset(one["operation"] for one in difference.here if one["is_due"])
