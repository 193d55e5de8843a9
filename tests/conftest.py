"""What every test may ask for: the stand-in gateway, a clean database, and a browser.

The gateway of the tests is the real stand-in over real HTTP, never a patched client. A browser and
its page come from ``tests/chromium.py``; PostgreSQL comes from ``tests/postgres.py``.
"""

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.utils import translation
from pytest_django.fixtures import Settings

from orders.sandbox.server import Sandbox
from orders.services import wire_room

pytest_plugins = ["tests.chromium"]

# The same examples on every machine, and none fails for being slow on a busy one.
hypothesis.settings.register_profile(
    "office",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("office")

# Playwright keeps an event loop in the test's thread, where Django then refuses to work.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def gateway(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Sandbox]:
    """A running stand-in that the office is pointed at; with a live server it sends feedback."""
    feedback_urls = []
    if "live_server" in request.fixturenames:
        settings.SITE_URL = request.getfixturevalue("live_server").url
        feedback_urls.append(f"{settings.SITE_URL}/gateway/feedback/")
    with Sandbox(feedback_urls=feedback_urls) as box:
        settings.APS_API_URL = box.api_url
        settings.APS_PAGE_URL = box.page_url
        yield box


@pytest.fixture(autouse=True)
def _speaks_english(settings: Settings) -> None:
    """Start every test in the default language: a request leaves its own behind on the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _nothing_is_on_the_wire() -> None:
    """Give back what a test claimed and never sent: the process would remember it for a while."""
    wire_room._until.clear()


@pytest.fixture(scope="session", autouse=True)
def _flush_spares_the_triggers() -> Iterator[None]:
    """Let SQLite be emptied between tests although triggers forbid deleting, and keep them.

    PostgreSQL empties tables by TRUNCATE, which fires no row trigger.
    """
    operations = DatabaseWrapper.ops_class
    flush = operations.sql_flush

    def flush_without_triggers(self: Any, *args: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = dict(cursor.fetchall())
        drop = [f"DROP TRIGGER {name}" for name in triggers]
        return [*drop, *flush(self, *args, **options), *triggers.values()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", flush_without_triggers)
        yield
