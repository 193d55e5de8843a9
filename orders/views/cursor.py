"""Where a page of a list begins, as its address says it, and the addresses beside it."""

import re

from django.http import QueryDict

CURSORS = ("before", "after")


def cursor(query: QueryDict) -> dict[str, int]:
    """``before`` or ``after`` as the services' pages take it; nonsense is the newest page."""
    for name in CURSORS:
        asked = str(query.get(name, ""))
        if re.fullmatch("[0-9]{1,18}", asked):
            return {name: int(asked)}
    return {}


def number(asked: str) -> int:
    """The id that a list of several on one page goes on behind; nonsense is its beginning."""
    return int(asked) if re.fullmatch("[0-9]{1,18}", asked) else 0


def address(path: str, query: QueryDict, **changes: str) -> str:
    """The page's address with ``changes``, beginning at the newest; "" leaves a part out."""
    kept = query.copy()
    for name in (*CURSORS, *changes):
        kept.pop(name, None)
    for name, value in changes.items():
        if value:
            kept[name] = value
    return f"{path}?{kept.urlencode()}" if kept else path


def beside(path: str, query: QueryDict, *, newer: int | None, older: int | None) -> dict[str, str]:
    """``newer_url`` and ``older_url`` as the pager takes them, "" where there is none."""
    return {
        "newer_url": address(path, query, after=str(newer)) if newer else "",
        "older_url": address(path, query, before=str(older)) if older else "",
    }
