"""Claims on rows that any number of processes work on, on any number of machines."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from orders import clock
from orders.models import Operation

MARGIN_S = 20


def claim(due: QuerySet[Operation], most: int) -> list[Operation]:
    """Up to ``most`` rows of ``due`` that nobody else holds, the longest due first.

    They are the caller's until a request to the gateway would be over. Rows that another process is
    claiming at this instant are passed over (SKIP LOCKED); on SQLite one claim waits for the other.
    """
    with transaction.atomic(durable=True):
        now = clock.now()
        free = due.filter(Q(lease_until=None) | Q(lease_until__lt=now))
        rows = list(
            free.select_for_update(skip_locked=True, of=("self",)).order_by("next_check_at", "id")[
                :most
            ]
        )
        if rows:
            hold(rows, settings.CHARGE_DEADLINE_S + MARGIN_S)
    return rows


def hold(rows: list[Operation], seconds: float) -> None:
    """Keep the rows from everybody, this process included, for so long."""
    until = clock.now() + timedelta(seconds=seconds)
    Operation.objects.filter(pk__in=[row.pk for row in rows]).update(lease_until=until)


def release(rows: list[Operation]) -> None:
    """Let anybody claim the rows again."""
    if rows:
        Operation.objects.filter(pk__in=[row.pk for row in rows]).update(lease_until=None)
