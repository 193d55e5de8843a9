"""What is missing or dangerous in the settings is said in a sentence with an id."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from orders.checks import REQUIRED, check_settings

LIVE = {
    "APS_LIVE": True,
    "DEMO": False,
    "APS_API_URL": "https://paymentservices.payfort.com/FortAPI/paymentApi",
    "APS_PAGE_URL": "https://checkout.payfort.com/FortAPI/paymentPage",
    "SITE_URL": "https://office.example.com",
    "APS_MERCHANT_IDENTIFIER": "AbCdEfGh",
    "APS_ACCESS_CODE": "zxAbCdEfGhIjKlMnOpQr",
    "APS_SHA_REQUEST_PHRASE": "one",
    "APS_SHA_RESPONSE_PHRASE": "another",
    "SECRET_KEY": "k" * 50,
    "DEBUG": False,
}
SANDBOX = {
    "APS_API_URL": "https://sbpaymentservices.payfort.com/FortAPI/paymentApi",
    "APS_PAGE_URL": "https://sbcheckout.payfort.com/FortAPI/paymentPage",
}


def ids(settings: Settings, **values: object) -> list[str]:
    for name, value in values.items():
        setattr(settings, name, value)
    return [str(message.id) for message in check_settings(None)]


def test_the_demo_has_nothing_to_say(settings: Settings) -> None:
    assert ids(settings) == []


def test_a_live_office_has_nothing_to_say(settings: Settings) -> None:
    assert ids(settings, **LIVE) == []


def test_a_sandbox_account_outside_the_demo_has_nothing_to_say(settings: Settings) -> None:
    assert ids(settings, **LIVE | SANDBOX | {"APS_LIVE": False}) == []


@pytest.mark.parametrize("name", [name for name in REQUIRED if name != "SECRET_KEY"])
def test_what_is_missing_is_named(settings: Settings, name: str) -> None:
    setattr(settings, name, "")
    assert f"{name} is not set." in [message.msg for message in check_settings(None)]


def test_a_missing_secret_key_is_a_sentence_too(settings: Settings) -> None:
    assert ids(settings, SECRET_KEY="") == ["orders.E001"]


def test_the_demos_secrets_are_refused_elsewhere(settings: Settings) -> None:
    assert "orders.E002" in ids(settings, **LIVE | {"APS_ACCESS_CODE": "demoAccessCode000001"})


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://127.0.0.1:9800/FortAPI/paymentApi", []),
        ("http://localhost:9800/FortAPI/paymentApi", []),
        ("http://[::1]:9800/FortAPI/paymentApi", []),
        ("http://192.0.2.1/FortAPI/paymentApi", ["orders.E003"]),
        ("http://gateway.example/FortAPI/paymentApi", ["orders.E003"]),
        ("ftp://gateway.example/FortAPI/paymentApi", ["orders.E003"]),
        ("https://gateway.example/FortAPI/paymentApi", []),
    ],
)
def test_plain_http_is_for_this_machine_alone(
    settings: Settings, address: str, found: list[str]
) -> None:
    assert ids(settings, APS_API_URL=address) == found


@pytest.mark.parametrize("kind", ["DEBUG", "DEMO"])
def test_the_live_gateway_is_refused_with_debug_and_in_the_demo(
    settings: Settings, kind: str
) -> None:
    assert "orders.E004" in ids(settings, **LIVE | {kind: True})


def test_a_live_account_at_the_sandbox_is_refused(settings: Settings) -> None:
    assert ids(settings, **LIVE | SANDBOX) == ["orders.E006"]
    assert "orders.E004" in ids(settings, DEBUG=True)


def test_a_practice_account_at_the_live_gateway_is_refused(settings: Settings) -> None:
    assert ids(settings, **LIVE | {"APS_LIVE": False}) == ["orders.E006"]


def test_half_live_and_half_sandbox_is_refused(settings: Settings) -> None:
    found = ids(settings, **LIVE | {"APS_PAGE_URL": SANDBOX["APS_PAGE_URL"]})
    assert found == ["orders.E005"]


def test_equal_phrases_are_refused(settings: Settings) -> None:
    same = {"APS_SHA_REQUEST_PHRASE": "same", "APS_SHA_RESPONSE_PHRASE": "same"}
    assert ids(settings, **same) == ["orders.E007"]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("APS_SHA_TYPE", "md5", "orders.E008"),
        ("CURRENCIES", ["AED", "XXX"], "orders.E009"),
    ],
)
def test_an_unknown_word_is_refused(
    settings: Settings, name: str, value: object, found: str
) -> None:
    assert ids(settings, **{name: value}) == [found]


@pytest.fixture
def database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The entry that the checks read; tests change it before they ask."""
    entry: dict[str, object] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(settings.BASE_DIR / "office.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA synchronous=FULL"},
    }
    monkeypatch.setitem(settings.DATABASES, "default", entry)
    return entry


def test_transactions_around_whole_requests_are_refused(
    settings: Settings, database: dict[str, object]
) -> None:
    database["ATOMIC_REQUESTS"] = True
    assert ids(settings) == ["orders.E010"]


def test_sqlite_without_its_safe_options_is_refused(
    settings: Settings, database: dict[str, object]
) -> None:
    database["OPTIONS"] = {}
    assert ids(settings) == ["orders.E012"]


def test_a_folder_that_cannot_be_written_is_said(
    settings: Settings, database: dict[str, object], tmp_path: Path
) -> None:
    database["NAME"] = str(tmp_path / "missing" / "office.sqlite3")
    assert ids(settings) == ["orders.E013"]


def test_sqlite_in_earnest_is_worth_a_warning(
    settings: Settings, database: dict[str, object]
) -> None:
    assert ids(settings) == []
    settings.IS_GUARDED = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.REQUIRE_SECOND_FACTOR = True
    assert ids(settings) == ["orders.W001"]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("--threads 32", ["orders.W003"]),
        ("--worker-class=gthread", ["orders.W003"]),
        ("--threads=1 --workers 4 --worker-class sync", []),
    ],
)
def test_threads_on_sqlite_are_worth_a_warning(
    settings: Settings,
    database: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    arguments: str,
    found: list[str],
) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", arguments)
    assert ids(settings) == found
    database["ENGINE"] = "django.db.backends.postgresql"
    assert ids(settings) == []


@pytest.mark.parametrize(("threads", "found"), [(24, ["orders.W004"]), (25, [])])
def test_a_gateway_that_hangs_must_leave_threads_for_the_pages(
    settings: Settings,
    database: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    threads: int,
    found: list[str],
) -> None:
    database["ENGINE"] = "django.db.backends.postgresql"
    monkeypatch.setenv("GUNICORN_CMD_ARGS", f"--workers 2 --threads {threads}")
    assert ids(settings) == found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("NOT_FOUND_WINDOW_S", 40, "orders.E015"),
        ("RESOLVE_SCHEDULE_S", [], "orders.E016"),
        ("RESOLVE_SCHEDULE_S", [60, 30], "orders.E016"),
        ("RECHECK_AFTER_S", [0, 60], "orders.E016"),
        ("RESOLVE_PARALLEL", 0, "orders.E016"),
        ("RESOLVE_JITTER", 1.0, "orders.E016"),
        ("RESOLVE_BREAKER_AFTER", 0, "orders.E017"),
        ("MAX_CHARGES_ON_WIRE", 0, "orders.E017"),
        ("ALARM_YELLOW_S", 900, "orders.E017"),
        ("APPROVAL_EXPIRES_S", 604_800, "orders.E018"),
        ("APPROVAL_EXPIRES_S", 0, "orders.E018"),
    ],
)
def test_times_that_cannot_be_kept_are_refused(
    settings: Settings, name: str, value: object, found: str
) -> None:
    assert ids(settings, **{name: value}) == [found]


def test_open_cookies_and_a_missing_factor_are_said(
    settings: Settings, database: dict[str, object]
) -> None:
    settings.IS_GUARDED = True
    database["ENGINE"] = "django.db.backends.postgresql"
    assert ids(settings) == ["orders.E014", "orders.W002"]


def test_a_pause_for_comparing_the_books_is_worth_a_warning(settings: Settings) -> None:
    assert ids(settings, RECONCILE_FIRST=True) == ["orders.W004"]


@pytest.mark.parametrize("target", ["10.1.0.1/16", "shop.example.com", ""])
def test_targets_of_webhooks_must_be_networks(settings: Settings, target: str) -> None:
    good = ["10.1.0.0/16", "192.0.2.7", "fd00::/8"]
    assert ids(settings, WEBHOOK_PRIVATE_TARGETS=good) == []
    assert ids(settings, WEBHOOK_PRIVATE_TARGETS=[*good, target]) == ["orders.E019"]


@pytest.mark.parametrize("seconds", [0, -1, 61])
def test_a_webhook_may_not_outlast_its_lease(settings: Settings, seconds: float) -> None:
    assert ids(settings, WEBHOOK_DEADLINE_S=60) == []
    assert ids(settings, WEBHOOK_DEADLINE_S=seconds) == ["orders.E019"]


@pytest.mark.parametrize("name", ["API_ANSWERS_KEPT_DAYS", "WEBHOOK_MESSAGES_KEPT_DAYS"])
def test_nothing_is_kept_for_less_than_no_time(settings: Settings, name: str) -> None:
    assert ids(settings, **{name: 0}) == []
    assert ids(settings, **{name: -1}) == ["orders.E020"]
