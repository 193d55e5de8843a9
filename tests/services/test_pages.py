"""Cutting one page out of what was read."""

from orders.services.pages import page_of


def cut(found: list[int], **cursor: int) -> tuple[list[int], int | None, int | None]:
    borders = {"before": None, "after": None} | cursor
    page = page_of(found, int, size=2, **borders)
    return page.rows, page.newer, page.older


def test_the_first_page_leads_to_older_rows() -> None:
    assert cut([9, 8, 7]) == ([9, 8], None, 8)


def test_a_page_in_the_middle_leads_both_ways() -> None:
    assert cut([6, 5, 4], before=7) == ([6, 5], 6, 5)


def test_the_last_page_leads_back() -> None:
    assert cut([2, 1], before=3) == ([2, 1], 2, None)


def test_a_page_read_upwards_is_shown_newest_first() -> None:
    assert cut([5, 6, 7], after=4) == ([6, 5], 6, 5)


def test_the_newest_page_read_upwards_leads_to_older_rows_only() -> None:
    assert cut([8, 9], after=7) == ([9, 8], None, 8)


def test_nothing_leads_nowhere() -> None:
    assert cut([], before=3) == ([], None, None)
