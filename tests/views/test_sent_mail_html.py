"""The HTML part of a mail of the demo stands by itself, and can do nothing there."""

from pathlib import Path

import pytest
from django.core.mail import send_mail
from pytest_django.fixtures import Settings

from orders.services import sent_mail
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_goes_to_files(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = sent_mail.FILES, str(tmp_path)


def url_of_mail(html: str | None = '<p style="margin:0">Thank you</p>') -> str:
    send_mail("Receipt", "Thank you", "a@example.com", ["b@example.com"], html_message=html)
    return f"/practice/mail/{sent_mail.newest()[0].key}/"


def test_it_is_the_part_and_may_have_styles_and_nothing_else() -> None:
    page = signed_in(StaffFactory(agent=True)).get(url_of_mail())
    assert '<p style="margin:0">Thank you</p>' in page.content.decode()
    policy = page["Content-Security-Policy"].split("; ")
    assert policy[0].strip() == "sandbox"
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in page["Content-Security-Policy"]


def test_no_other_page_may_have_styles_in_its_text() -> None:
    page = signed_in(StaffFactory(agent=True)).get("/practice/mail/")
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_what_is_not_there_is_not_found(settings: Settings) -> None:
    client = signed_in(StaffFactory(agent=True))
    url = url_of_mail()
    assert client.get(url_of_mail(html=None)).status_code == 404
    assert client.get("/practice/mail/aaaaaaaaaaaaaaaa/").status_code == 404
    settings.DEMO = False
    assert client.get(url).status_code == 404


def test_who_sees_no_orders_sees_no_mail() -> None:
    assert signed_in(StaffFactory(admin=True)).get(url_of_mail()).status_code == 403
