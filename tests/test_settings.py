"""Settings as a new process reads them from its environment."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from motooffice.databases import database, make_private, postgresql_options, sqlite_options

ROOT = Path(settings.BASE_DIR)
LIVE = {
    "SECRET_KEY": "k" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "SITE_URL": "https://office.example.com",
    "DATABASE_URL": "postgresql://office@/office?host=/run/postgresql",
    "APS_LIVE": "true",
    "APS_API_URL": "https://paymentservices.payfort.com/FortAPI/paymentApi",
    "APS_PAGE_URL": "https://checkout.payfort.com/FortAPI/paymentPage",
    "APS_MERCHANT_IDENTIFIER": "AbCdEfGh",
    "APS_ACCESS_CODE": "zxAbCdEfGhIjKlMnOpQr",
    "APS_SHA_REQUEST_PHRASE": "$2y$10$REQphrase",
    "APS_SHA_RESPONSE_PHRASE": "$2y$10$RESphrase",
    "CURRENCIES": "AED,USD",
    "MERCHANT_EMAIL": "orders@example.com",
}
DUMP = """
import json
from motooffice import settings
names = [name for name in dir(settings) if name.isupper()]
print(json.dumps({name: getattr(settings, name) for name in names}, default=lambda _: None))
"""


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    system = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        env=system | environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def read(**environment: str) -> dict[str, Any]:
    answer = run("-c", DUMP, **environment)
    return dict(json.loads(answer.stdout))


@pytest.fixture(autouse=True)
def _no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own .env would answer for what a test leaves out."""
    if (ROOT / ".env").exists():
        pytest.skip("there is an .env file in this folder")


def test_the_demo_needs_nothing_else() -> None:
    demo = read(DEMO="true")
    assert demo["SITE_URL"] == "http://127.0.0.1:8000"
    assert demo["APS_API_URL"] == "http://127.0.0.1:9800/FortAPI/paymentApi"
    assert demo["CURRENCIES"] == ["AED", "SAR", "KWD", "JOD", "USD"]
    assert demo["IS_PRACTICE"] is True
    assert demo["REQUIRE_SECOND_FACTOR"] is False


def test_the_demo_moves_with_its_ports() -> None:
    demo = read(DEMO="true", PORT="8123", SANDBOX_PORT="9123")
    assert demo["SITE_URL"] == "http://127.0.0.1:8123"
    assert demo["APS_PAGE_URL"] == "http://127.0.0.1:9123/FortAPI/paymentPage"


def test_a_live_office_is_guarded_without_being_told() -> None:
    live = read(**LIVE)
    assert live["IS_PRACTICE"] is False
    assert live["REQUIRE_SECOND_FACTOR"] is True
    assert live["ALLOWED_HOSTS"] == ["office.example.com"]
    assert live["SESSION_COOKIE_NAME"] == "__Host-session"
    assert live["SESSION_COOKIE_SECURE"] is live["SECURE_SSL_REDIRECT"] is True
    assert live["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert "Manifest" in live["STORAGES"]["staticfiles"]["BACKEND"]
    assert live["DATABASES"]["default"]["OPTIONS"]["host"] == "/run/postgresql"


def test_a_phrase_that_begins_with_a_dollar_sign_is_kept_whole() -> None:
    assert read(**LIVE)["APS_SHA_REQUEST_PHRASE"] == "$2y$10$REQphrase"


def test_no_secret_has_a_default_outside_the_demo() -> None:
    bare = read()
    secrets = ["SECRET_KEY", "APS_ACCESS_CODE", "APS_SHA_REQUEST_PHRASE", "APS_SHA_RESPONSE_PHRASE"]
    assert [bare[name] for name in secrets] == [""] * 4
    assert bare["APS_MERCHANT_IDENTIFIER"] == ""


def test_the_keys_of_trail_and_factors_differ_from_one_another_and_may_be_set() -> None:
    live = read(**LIVE)
    assert len({live["SECRET_KEY"], live["AUDIT_KEY"], live["SECOND_FACTOR_KEY"]}) == 3
    assert read(**LIVE, AUDIT_KEY="$mine")["AUDIT_KEY"] == "$mine"


def test_an_unfinished_office_says_what_is_missing_and_does_not_serve() -> None:
    answer = run("-c", "import motooffice.wsgi", SITE_URL="https://office.example.com")
    assert answer.returncode == 3
    assert "APS_SHA_REQUEST_PHRASE is not set" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_deploy_check_is_clean_under_live_settings() -> None:
    answer = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **LIVE)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


def test_every_variable_that_is_read_is_listed_in_the_example_file() -> None:
    source = "".join(file.read_text() for file in (ROOT / "motooffice").glob("*.py"))
    read_names = set(re.findall(r'(?:env\.\w+|\bsecret)\(\s*"([A-Z_]+)"', source))
    listed = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    # `make run PORT=…` moves the demo alone.
    assert read_names - {"PORT", "SANDBOX_PORT"} == listed


def test_sqlite_waits_for_writers_and_writes_through() -> None:
    options = sqlite_options(10)
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]


@pytest.mark.parametrize(
    ("version", "journal"),
    [((3, 40, 1), "TRUNCATE"), ((3, 51, 2), "TRUNCATE"), ((3, 51, 3), "WAL")],
)
def test_write_ahead_is_used_only_where_it_is_mended(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], journal: str
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    assert f"journal_mode={journal};" in sqlite_options(10)["init_command"]


def test_postgresql_gives_up_waiting_for_a_lock() -> None:
    assert "lock_timeout=5s" in postgresql_options(0)["options"]
    assert postgresql_options(8)["pool"]["max_size"] == 8
    entry = database(
        {"ENGINE": "django.db.backends.postgresql", "NAME": "x"},
        timeout_s=1, pool_size=8, test_folder=ROOT,
    )  # fmt: skip
    assert entry["CONN_MAX_AGE"] == 0


def test_the_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    make_private(folder, str(folder / "office.sqlite3"))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "office.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_left_to_the_check(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file in the way")
    make_private(tmp_path / "var", str(tmp_path / "var" / "office.sqlite3"))
    assert (tmp_path / "var").is_file()
