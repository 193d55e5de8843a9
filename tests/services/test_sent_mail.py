"""The mail of a practice office, read back from its files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection, send_mail
from pytest_django.fixtures import Settings

from orders.cards import holds_card_number
from orders.services import sent_mail


@pytest.fixture(autouse=True)
def _mail_goes_to_files(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = sent_mail.FILES
    settings.EMAIL_FILE_PATH = str(tmp_path)


def test_a_mail_is_read_with_both_its_parts() -> None:
    mail = EmailMultiAlternatives("إيصال · 1", "شكرًا لك", "a@example.com", ["b@example.com"])
    mail.attach_alternative("<p>شكرًا لك</p>", "text/html")
    mail.send()
    [found] = sent_mail.newest()
    assert (found.subject, found.to) == ("إيصال · 1", "b@example.com")
    assert (found.text.strip(), found.html.strip()) == ("شكرًا لك", "<p>شكرًا لك</p>")
    assert found.at
    assert abs((datetime.now(UTC) - found.at).total_seconds()) < 60


def test_a_mail_without_html_has_none() -> None:
    send_mail("Alarm", "Look", "a@example.com", ["b@example.com"])
    [found] = sent_mail.newest()
    assert (found.text.strip(), found.html) == ("Look", "")


def test_the_newest_come_first_also_those_of_one_file() -> None:
    with get_connection() as opened:
        for subject in ("one", "two"):
            EmailMultiAlternatives(subject, "", None, ["b@example.com"], connection=opened).send()
    send_mail("three", "", None, ["b@example.com"])
    assert [one.subject for one in sent_mail.newest()] == ["three", "two", "one"]
    assert [one.subject for one in sent_mail.newest(2)] == ["three", "two"]


def test_one_is_found_by_its_key_and_no_key_looks_like_a_card_number() -> None:
    for number in range(20):
        send_mail(f"Mail {number}", "", None, ["b@example.com"])
    for one in sent_mail.newest():
        assert sent_mail.called(one.key) == one
        assert one.key.isalnum()
        assert not holds_card_number(f"/practice/mail/{one.key}/")
    assert sent_mail.called("../../etc/passwd") is None


def test_where_nothing_was_sent_there_is_none(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path / "nowhere")
    assert sent_mail.newest() == []


@pytest.mark.parametrize(
    ("demo", "backend", "kept"),
    [
        (True, sent_mail.FILES, True),
        (False, sent_mail.FILES, False),
        (True, "django.core.mail.backends.smtp.EmailBackend", False),
    ],
)
def test_only_a_demo_that_writes_files_shows_them(
    settings: Settings, demo: bool, backend: str, kept: bool
) -> None:
    settings.DEMO, settings.EMAIL_BACKEND = demo, backend
    assert sent_mail.is_kept() is kept
