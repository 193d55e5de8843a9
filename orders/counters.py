"""Daily counts of things that must be noticed without being kept. Held in the shared cache."""

from datetime import timedelta

from django.core.cache import cache

from orders import clock

CARD_NUMBERS, MESSAGES = "card_number_refused", "message_refused"
_KEPT = int(timedelta(days=400).total_seconds())


def count(name: str) -> int:
    """Add one to today's count of `name` and return it."""
    key = _key(name)
    cache.add(key, 0, timeout=_KEPT)
    return int(cache.incr(key))


def today(name: str) -> int:
    """Today's count of `name` (days begin at midnight UTC)."""
    return int(cache.get(_key(name), 0))


def first_in(name: str, seconds: int) -> bool:
    """Whether nobody asked this of `name` within the last `seconds`: keeps alarms from flooding."""
    return bool(cache.add(f"first:{name}", 1, timeout=seconds))


def _key(name: str) -> str:
    return f"count:{name}:{clock.now():%Y-%m-%d}"
