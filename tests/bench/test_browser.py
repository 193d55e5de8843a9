"""The bench's browser sends what a form holds, and nothing that the office did not serve."""

import pytest

from bench.faults.browser import Browser, Page

HTML = """
<form id="order-form" method="post" action="/orders/new/">
  <input type="hidden" name="csrfmiddlewaretoken" value="secret">
  <input name="amount"><input name="gone" disabled>
  <input type="checkbox" name="keep_card">
  <select name="currency"><option value="AED">AED<option value="KWD" selected>KWD</select>
  <button name="look" value="1">Look again</button>
</form>
<input type="radio" name="card" value="7" form="order-form">
<input type="radio" name="card" value="new" form="order-form" checked>
<textarea name="note" form="order-form"></textarea>
<button form="order-form" name="charge" value="1">Charge</button>
<a href="/orders/MO-10001/card/">Another card</a>
"""


@pytest.fixture
def page() -> Page:
    return Page("http://office.test/orders/new/", 200, HTML)


def test_a_form_is_sent_as_served_with_what_was_typed(page: Page) -> None:
    form = page.form_to("/orders/new/")
    sent = Browser("http://office.test").filled(form, "charge", amount="12.50", card="7")
    assert dict(sent) == {
        "csrfmiddlewaretoken": "secret",
        "amount": "12.50",
        "currency": "KWD",
        "card": "7",
        "note": "",
        "charge": "1",
    }


def test_what_the_office_did_not_serve_cannot_be_sent(page: Page) -> None:
    form = page.forms["order-form"]
    with pytest.raises(KeyError, match="surprise"):
        Browser("http://office.test").filled(form, surprise="1")
    with pytest.raises(KeyError, match="pay"):
        Browser("http://office.test").filled(form, "pay")


def test_links_and_choices_are_read(page: Page) -> None:
    assert page.links == ["http://office.test/orders/MO-10001/card/"]
    assert page.forms["order-form"].choices["card"] == ["7", "new"]
