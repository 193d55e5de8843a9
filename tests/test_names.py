"""One name in several places: a page is guessed, not searched.

The page ``order-history`` is the view ``order_history`` in ``orders/views/order_history.py`` with
``templates/orders/order_history.html``, ``OrderHistoryForm`` if it has a form, and
``tests/views/test_order_history.py``.
"""

import re
from inspect import unwrap
from pathlib import Path

import pytest
from django.urls import URLPattern

from orders.urls import urlpatterns

ROOT = Path(__file__).parent.parent
# Views that stand in the file of another, because one is no use without the other.
IN_FILE_OF = {"order_cancel_card": "order_card", "healthz": "health", "readyz": "health"}

every_page = pytest.mark.parametrize("page", urlpatterns, ids=lambda page: page.name)


def view_name(page: URLPattern) -> str:
    return unwrap(page.callback).__name__


def file_name(page: URLPattern) -> str:
    """The file that a page's view must be in, without its ending."""
    return IN_FILE_OF.get(view_name(page), view_name(page))


FILES = {file_name(page) for page in urlpatterns}


@every_page
def test_address_has_the_name_of_its_view(page: URLPattern) -> None:
    assert page.name == view_name(page).replace("_", "-")


@every_page
def test_view_is_in_the_file_of_its_name(page: URLPattern) -> None:
    assert unwrap(page.callback).__module__ == f"orders.views.{file_name(page)}"


@pytest.mark.parametrize("file", sorted(FILES))
def test_view_has_tests_of_its_name(file: str) -> None:
    assert (ROOT / f"tests/views/test_{file}.py").is_file()


@pytest.mark.parametrize("file", sorted(FILES))
def test_page_shows_the_template_of_its_name(file: str) -> None:
    text = (ROOT / f"orders/views/{file}.py").read_text()
    shown = set(re.findall(r'"orders/([a-z]\w*)\.html"', text))
    assert {one for one in shown if not one.startswith(file)} == set()


def test_every_page_template_belongs_to_a_view() -> None:
    templates = {path.stem for path in (ROOT / "templates/orders").glob("[!_]*.html")}
    assert {one for one in templates if not one.startswith(tuple(FILES))} == set()
