"""The demo shows its mail on a page; an office that works has no such page."""

from pathlib import Path

import pytest
from django.core.mail import send_mail
from pytest_django.fixtures import Settings

from orders.services import receipts
from orders.services.background import Background
from orders.services.sent_mail import FILES
from tests.factories import OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db
URL = "/practice/mail/"


@pytest.fixture(autouse=True)
def _mail_goes_to_files(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_on_the_page_with_the_last_four_only() -> None:
    order = OrderFactory(charged=True, receipt_address="aisha@example.com")
    order.operations.update(expiry="3105")
    receipts.follow(order)
    Background().round()
    text = words(signed_in(order.taken_by).get(URL))
    assert f"Receipt for order {order.number}" in text
    assert "aisha@example.com" in text
    assert "Card: Visa •••• 1111" in text
    assert "3105" not in text


def test_what_a_mail_holds_is_shown_and_never_obeyed() -> None:
    send_mail("<b>Alarm</b>", "<script>alert(1)</script>", "a@example.com", ["b@example.com"])
    page = signed_in(StaffFactory(agent=True)).get(URL).content.decode()
    assert "<b>Alarm" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_before_the_first_mail_it_says_what_will_be_there() -> None:
    page = signed_in(StaffFactory(agent=True)).get(URL)
    assert "Receipts appear here a moment after a charge." in words(page)


def test_it_is_in_the_menu_of_the_demo_alone(settings: Settings) -> None:
    client = signed_in(StaffFactory(agent=True))
    assert f'href="{URL}"' in client.get("/customers/").content.decode()
    settings.DEMO = False
    assert f'href="{URL}"' not in client.get("/customers/").content.decode()


def test_an_office_that_works_has_no_such_page(settings: Settings) -> None:
    settings.DEMO = False
    assert signed_in(StaffFactory(supervisor=True)).get(URL).status_code == 404


def test_who_sees_no_orders_sees_no_mail() -> None:
    assert signed_in(StaffFactory(admin=True)).get(URL).status_code == 403
