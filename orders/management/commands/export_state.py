"""``manage.py export_state --json FILE``: what the office knows, to hold against the gateway."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import F, FilteredRelation, Model, Q, QuerySet

from orders.models import Event, Operation, Order

BATCH = 500
Row = TypeVar("Row", bound=Model)


class Command(BaseCommand):
    """Reads only. Works in batches, so that no lock is held for long."""

    help = "Write every order and operation to a JSON file."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--json`` names the file."""
        parser.add_argument("--json", required=True, metavar="FILE", help="where to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """One object with ``orders`` and ``operations``."""
        alarms = set(
            Event.objects.filter(kind__in=["late_success", "contradiction"]).values_list(
                "data__merchant_reference", flat=True
            )
        )
        state = {
            "orders": [_order(order) for order in _in_batches(_orders())],
            "operations": [
                _operation(operation, alarms)
                for operation in _in_batches(Operation.objects.select_related("order"))
            ],
        }
        try:
            Path(options["json"]).write_text(json.dumps(state, indent=1), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['json']} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{len(state['orders'])} orders, {len(state['operations'])} operations")


def _in_batches(rows: QuerySet[Row]) -> Iterator[Row]:
    """The rows by ascending id, a batch a query."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _orders() -> QuerySet[Order]:
    """The orders, each with how it was paid outside the gateway, if that stands."""
    stands = Q(outside_payments__taken_back_at=None)
    standing = FilteredRelation("outside_payments", condition=stands)
    return Order.objects.annotate(standing=standing, paid_outside=F("standing__method"))


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "amount": order.amount,
        "status": order.status,
        "charged": order.captured_minor > 0,
        "paid": order.paid_at is not None,
        "paid_outside": order.paid_outside or "",  # type: ignore[attr-defined]
    }


def _operation(operation: Operation, alarms: set[str]) -> dict[str, Any]:
    return {
        "order": operation.order.number,
        "kind": operation.kind,
        "merchant_reference": operation.merchant_reference,
        "maintenance_reference": operation.maintenance_reference,
        "fort_id": operation.fort_id,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
        "status": operation.status,
        "resends": operation.resends,
        "external": operation.is_external,
        "reversed": operation.reversed_at is not None,
        "alarm": operation.merchant_reference in alarms,
    }
