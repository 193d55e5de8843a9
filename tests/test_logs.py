"""Logs and error reports hold no card number, no CVV and no secret, whatever carried it there."""

import json
import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.views.debug import get_exception_reporter_class

from orders import origin
from orders.error_reports import ScrubbedReporter
from orders.logs import JsonFormatter, scrub
from tests.factories import StoredCardFactory

CARD, CVV = "4111111111111111", "737"


def line(message: str, *args: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("office", logging.INFO, __file__, 1, message, args, None)
    vars(record).update(extra)
    written = JsonFormatter().format(record)
    assert "\n" not in written
    return json.loads(written)


def test_a_line_is_one_object_with_time_level_and_name() -> None:
    written = line("order %s taken", "MO-10482", ms=12)
    assert written["message"] == "order MO-10482 taken"
    assert (written["level"], written["logger"], written["ms"]) == ("INFO", "office", 12)
    assert written["at"].endswith("+00:00")


def test_a_line_carries_the_id_of_its_request() -> None:
    origin.set_current(origin.Origin(request_id="abc"))
    try:
        assert line("x")["request_id"] == "abc"
    finally:
        origin.set_current(origin.Origin())


@pytest.mark.parametrize(
    "spelling", [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "٤١١١١١١١١١١١١١١١"]
)
def test_a_card_number_is_taken_out_of_every_text(spelling: str) -> None:
    written = line("typed %s", spelling, note=f"card {spelling}.")
    assert written["message"] == "typed [card number]"
    assert written["note"] == "card [card number]."


def test_a_card_number_in_somebodys_exception_is_taken_out() -> None:
    try:
        int(f"{CARD}x")
    except ValueError:
        record = logging.LogRecord("x", 40, __file__, 1, "no", (), sys.exc_info())
    written = JsonFormatter().format(record)
    assert "invalid literal" in written
    assert CARD not in written


@pytest.mark.parametrize(
    "text",
    [
        f"cvv={CVV}",
        f"'card_security_code': '{CVV}'",
        f'{{"card_security_code": "{CVV}"}}',
        f"password: {CVV}",
        f"signature={CVV}&x=1",
        f"token_name={CVV}",
        f"Authorization: {CVV}",
    ],
)
def test_the_value_of_a_secret_field_is_taken_out(text: str) -> None:
    assert CVV not in scrub(text)


def test_secrets_of_the_settings_are_taken_out() -> None:
    text = f"{settings.APS_SHA_REQUEST_PHRASE} {settings.APS_ACCESS_CODE} {settings.SECRET_KEY}"
    assert scrub(text) == "[removed] [removed] [removed]"


@pytest.mark.parametrize(
    "text", ["MO-10482-1", "169996200000000001", "AED 1,250.00", "2026-11-22 08:15:00"]
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert scrub(text) == text


def test_objects_are_not_written() -> None:
    assert "request" not in line("x", request=object())


def test_a_line_break_cannot_forge_a_line() -> None:
    assert line("first\nsecond\u2028third")["message"] == "first\nsecond\u2028third"


def _report(request: object) -> str:
    local_number, phrase = CARD, settings.APS_SHA_RESPONSE_PHRASE
    try:
        raise ValueError(f"cannot use {local_number} with {phrase}")
    except ValueError:
        reporter = ScrubbedReporter(request, *sys.exc_info())
    return reporter.get_traceback_html() + reporter.get_traceback_text()


def test_an_error_report_names_locals_and_fields_but_shows_no_value(rf: RequestFactory) -> None:
    request = rf.post("/orders/new/?q=hidden-query", {"note": "hidden-note", "card": CARD})
    report = _report(request)
    assert "local_number" in report
    assert "note" in report
    for secret in (CARD, "hidden-note", "hidden-query", settings.APS_SHA_RESPONSE_PHRASE):
        assert secret not in report


def test_django_uses_this_reporter() -> None:
    assert get_exception_reporter_class(None) is ScrubbedReporter
    assert _report(None)


@pytest.mark.parametrize("again", [{"token_name": CARD[::-1]}, {"state": None}])
def test_what_a_database_quotes_of_a_row_it_refuses_is_taken_out(
    db: None, again: dict[str, str | None]
) -> None:
    token = CARD[::-1]
    StoredCardFactory(token_name=token)
    row = {"token_name": f"{token}-2", "holder": f"First\n\n{token}"} | again
    try:
        with transaction.atomic():
            StoredCardFactory(**row)
    except IntegrityError:
        record = logging.LogRecord("x", 40, __file__, 1, "no", (), sys.exc_info())
        reporter = ScrubbedReporter(None, *sys.exc_info())
    reported = reporter.get_traceback_html() + reporter.get_traceback_text()
    written = JsonFormatter().format(record) + reported
    assert "constraint" in written
    assert token not in written
