"""Addresses of the pages of a list."""

import pytest
from django.http import QueryDict

from orders.views.cursor import address, beside, cursor


def test_a_page_begins_beside_the_row_its_address_names() -> None:
    assert cursor(QueryDict("q=a&before=12")) == {"before": 12}
    assert cursor(QueryDict("after=12")) == {"after": 12}


@pytest.mark.parametrize("query", ["", "before=", "before=-1", "after=1.5", "after=" + "9" * 19])
def test_nonsense_begins_nowhere(query: str) -> None:
    assert cursor(QueryDict(query)) == {}


def test_a_change_of_filter_begins_at_the_newest() -> None:
    query = QueryDict("q=aïsha&status=paid&before=12")
    assert address("/orders/", query, status="") == "/orders/?q=a%C3%AFsha"
    assert address("/orders/", query, q="", status="") == "/orders/"


def test_the_neighbours_keep_the_filters() -> None:
    assert beside("/orders/", QueryDict("q=a&after=9"), newer=None, older=3) == {
        "newer_url": "",
        "older_url": "/orders/?q=a&before=3",
    }
