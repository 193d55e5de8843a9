"""The receipt on paper: in the customer's language, as a sheet or a letter, and looking changes
nothing.
"""

import re

import pytest
from django.utils.html import strip_tags

from orders.models import Order, Receipt
from orders.states import Kind
from tests.factories import CustomerFactory, OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


def sheet(order: Order, query: str = "") -> str:
    """The paper as HTML, as whoever took the order gets it."""
    page = signed_in(order.taken_by).get(f"/orders/{order.number}/receipt/{query}")
    assert page.status_code == 200
    [found] = re.findall(r"<article.*</article>", page.content.decode(), re.DOTALL)
    return str(found)


def said(order: Order, query: str = "") -> str:
    return " ".join(strip_tags(sheet(order, query).replace("</dt>", " ")).split())


def test_it_says_what_was_charged_and_what_is_left() -> None:
    order = OrderFactory(part_refunded=True)
    order.operations.filter(kind=Kind.PURCHASE).update(authorization_code="8F31C2")
    text = said(order)
    assert f"Receipt {order.number}" in text
    assert "Card Visa •••• 1111 Authorization code 8F31C2" in text
    assert "Charged KWD 250.500 Refunds KWD 125.250" in text
    assert text.endswith("Left after refunds KWD 125.250")


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_it_is_in_the_customers_language_unless_another_is_chosen(
    language: str, direction: str
) -> None:
    order = OrderFactory(charged=True, customer=CustomerFactory(language=language))
    assert f'lang="{language}" dir="{direction}"' in sheet(order)
    assert 'lang="ar" dir="rtl"' in sheet(order, "?language=ar")
    assert "تم الخصم KWD 250.500" in said(order, "?language=ar")
    assert 'lang="en" dir="ltr"' in sheet(order, "?language=en")
    assert f'lang="{language}"' in sheet(order, "?language=tlh")


def test_the_page_around_it_stays_in_the_language_of_the_person() -> None:
    order = OrderFactory(charged=True, customer=CustomerFactory(language="ar"))
    page = signed_in(order.taken_by).get(f"/orders/{order.number}/receipt/")
    assert '<html lang="en" dir="ltr">' in page.content.decode()
    assert f"Receipt of order {order.number}" in words(page)


def test_who_has_no_email_gets_a_letter_with_the_address_in_its_window() -> None:
    customer = CustomerFactory(email="", address="P.O. Box 12 <b>", city="Dubai")
    order = OrderFactory(charged=True, customer=customer)
    letter = sheet(order)
    assert "letter-window" in letter
    assert "<span>P.O. Box 12 &lt;b&gt;</span>" in letter
    assert "<span>Dubai</span>" in letter
    assert "letter-window" not in sheet(order, "?form=sheet")


def test_who_has_an_email_gets_a_sheet_unless_a_letter_is_chosen() -> None:
    order = OrderFactory(charged=True)
    assert "letter-window" not in sheet(order)
    assert "letter-window" in sheet(order, "?form=letter")


def test_no_expiry_stands_on_it() -> None:
    order = OrderFactory(charged=True)
    order.operations.update(expiry="3105", card_holder="AISHA B")
    for query in ("", "?form=letter", "?language=ar"):
        assert not re.search("3105|05/31|31/05|AISHA B", sheet(order, query))


@pytest.mark.parametrize("state", ["declined", "unknown", "reserved", "voided"])
def test_without_money_taken_it_says_why_there_is_none(state: str) -> None:
    order = OrderFactory(**{state: True})
    page = signed_in(order.taken_by).get(f"/orders/{order.number}/receipt/", follow=True)
    assert page.redirect_chain == [(order.get_absolute_url(), 303)]
    assert "There is no receipt: no money was taken for this order." in words(page)


def test_who_may_see_the_order_may_print_it_and_nobody_else() -> None:
    order = OrderFactory(charged=True)
    url = f"/orders/{order.number}/receipt/"
    assert signed_in(StaffFactory(auditor=True)).get(url).status_code == 200
    assert signed_in(StaffFactory(supervisor=True)).get(url).status_code == 200
    assert signed_in(StaffFactory(agent=True)).get(url).status_code == 404
    assert signed_in(StaffFactory(admin=True)).get(url).status_code == 403


def test_printing_sends_and_changes_nothing() -> None:
    order = OrderFactory(charged=True)
    sheet(order)
    assert signed_in(order.taken_by).post(f"/orders/{order.number}/receipt/").status_code == 405
    assert not Receipt.objects.exists()
    assert not order.events.exists()
