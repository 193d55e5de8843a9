"""A browser for tests: ``page`` is signed out, watched for complaints, and points at the office.

    def test_order_is_charged(page: Page, sign_in: SignIn) -> None:
        sign_in(StaffFactory(agent=True))
        page.goto("/orders/new/")
        assert_accessible(page)

Where neither Chromium nor Chrome is found these tests are skipped, loudly; in CI they fail.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from orders.models import Staff
from orders.sandbox.server import Sandbox
from tests.find_browser import find_browser

SignIn = Callable[[Staff], None]

MISSING = "no Chromium or Chrome was found, so no page was opened in a browser"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
REPORT_VIOLATIONS = """
    document.addEventListener("securitypolicyviolation", (event) =>
        reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class Complaints(list[str]):
    """What the browser complained of: policy violations, console errors, script errors."""

    def forgive(self, text: str) -> None:
        """Take out what a test provoked on purpose; fails if nothing of the kind was said."""
        kept = [complaint for complaint in self if text not in complaint]
        assert len(kept) < len(self), f"no complaint holds {text!r}: {self}"
        self[:] = kept

    def listen_to(self, context: BrowserContext) -> None:
        """Note what every page of the context complains of from now on."""
        context.expose_function("reportViolation", lambda text: self.append(f"CSP: {text}"))
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._note_error)
        context.on("weberror", lambda error: self.append(f"script: {error.error}"))

    def _note_error(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.append(f"console: {message.text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser a test process, with a profile of its own that is thrown away."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Complaints:
    """What the browser complained of so far; must be empty at the end of the test."""
    return Complaints()


@pytest.fixture
def context(
    browser: Browser, live_server: LiveServer, gateway: Sandbox, complaints: Complaints
) -> Iterator[BrowserContext]:
    """A browser without cookies, in front of an office whose gateway is the stand-in."""
    cache.clear()  # attempts to sign in are counted there, across tests
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    context.set_default_timeout(15_000)
    complaints.listen_to(context)
    yield context
    context.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab. The test fails if any page it opened in this context complained."""
    return context.new_page()


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer, settings: Settings) -> SignIn:
    """Sign a member of staff in without the sign-in page."""

    def sign_in(staff: Staff) -> None:
        client = Client()
        client.force_login(staff)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    return sign_in


def assert_accessible(page: Page) -> None:
    """Fail with axe's report if the page breaks a rule of WCAG 2.2 AA or a good practice."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that open a browser, so that ``-m "not browser"`` leaves them out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the very end, in large letters, that the browser was missing."""
    skipped = terminalreporter.getreports("skipped")
    count = sum(MISSING in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_sep("!", red=True, bold=True)
        terminalreporter.write_line(f"{count} TESTS SKIPPED: {MISSING}.", red=True, bold=True)
        terminalreporter.write_line("Install Chromium and run the tests again.", red=True)
        terminalreporter.write_sep("!", red=True, bold=True)
