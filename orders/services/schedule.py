"""When to ask about a charge whose outcome is open, and when its absence is believed."""

from datetime import datetime, timedelta

from django.conf import settings

from orders import clock
from orders.models import Operation


def next_check(operation: Operation) -> datetime:
    """The next moment of the schedule after the request was sent; daily once it is used up.

    However often somebody asks in between, the schedule stays.
    """
    now = clock.now()
    sent = operation.submitted_at or now
    moments = [sent + timedelta(seconds=offset_s) for offset_s in settings.RESOLVE_SCHEDULE_S]
    return next((moment for moment in moments if moment > now), now + timedelta(days=1))


def is_absent(operation: Operation) -> bool:
    """Whether enough not-found answers lie far enough apart, and long enough after sending."""
    first, submitted = operation.not_found_first_at, operation.submitted_at
    if first is None or submitted is None:
        return False
    now = clock.now()
    return (
        operation.not_found_count >= settings.NOT_FOUND_COUNT
        and now - first >= timedelta(seconds=settings.NOT_FOUND_SPACING_S)
        and now - submitted >= timedelta(seconds=settings.NOT_FOUND_WINDOW_S)
    )
