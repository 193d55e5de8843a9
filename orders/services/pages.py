"""One page of a long list, newest first, and where its neighbours begin.

A page is asked for by the row it lies before or after, never by a number: the ten-thousandth page
costs what the first one does, and rows that arrive meanwhile shift nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """``rows`` newest first; ``newer`` is the ``after`` and ``older`` the ``before`` of the
    neighbouring pages, None where there is none.
    """

    rows: list[Row]
    newer: int | None = None
    older: int | None = None


def page_of(
    found: Sequence[Row],
    pk_of: Callable[[Row], int],
    *,
    before: int | None,
    after: int | None,
    size: int,
) -> Page[Row]:
    """The page made of ``found``: up to ``size`` + 1 rows, so that one too many shows there are
    more; newest first, or oldest first when they were read upwards from ``after``.
    """
    rows = list(found[:size])
    has_more = len(found) > size
    if after is not None:
        rows.reverse()
    if not rows:
        return Page([])
    has_newer = has_more if after is not None else before is not None
    has_older = True if after is not None else has_more
    return Page(
        rows,
        newer=pk_of(rows[0]) if has_newer else None,
        older=pk_of(rows[-1]) if has_older else None,
    )
