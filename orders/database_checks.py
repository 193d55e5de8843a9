"""System checks that ask the database: `manage.py check --database default` and `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections


@register(Tags.database)
def check_cache_table(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Sign-in limits need the cache table: without it nobody could sign in."""
    table = settings.CACHES["default"].get("LOCATION", "")
    for alias in databases or []:
        try:
            tables = connections[alias].introspection.table_names()
        except DatabaseError:
            return []
        # An empty database is one that is about to be migrated.
        if "orders_staff" in tables and table not in tables:
            hint = "Run: manage.py createcachetable"
            return [Error("The table of the shared cache is missing.", hint=hint, id="orders.E011")]
    return []


@register(Tags.database)
def check_commits_last(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A committed intent must outlive a power cut, or its charge could be made once more."""
    for alias in databases or []:
        if connections[alias].vendor != "postgresql":
            continue
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SHOW fsync")
                is_safe = cursor.fetchone() == ("on",)
        except DatabaseError:
            return []
        if not is_safe:
            hint = "Set fsync = on in postgresql.conf: a power cut may lose orders otherwise."
            return [checks.Warning("PostgreSQL runs with fsync off.", hint=hint, id="orders.W005")]
    return []
