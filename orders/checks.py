"""System checks: what is missing or dangerous in the settings, each with an id and a sentence.

Tagged "office", and run before serving (`motooffice/wsgi.py`) as well as by `manage.py check`.
Errors stop the office; warnings are for an operator to read.
"""

import ipaddress
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from orders import money

OFFICE = "office"
THREADS = re.compile(r"gthread|--threads[ =](?!1\b)")
REQUIRED = (
    "SECRET_KEY",
    "SITE_URL",
    "APS_API_URL",
    "APS_PAGE_URL",
    "APS_MERCHANT_IDENTIFIER",
    "APS_ACCESS_CODE",
    "APS_SHA_REQUEST_PHRASE",
    "APS_SHA_RESPONSE_PHRASE",
    "CURRENCIES",
    "MERCHANT_EMAIL",
)
# The demo's own, printed in the README: worth nothing as secrets.
DEMO_VALUES = ("demo-only-key", "MotoDemo", "demoAccessCode", "demo-request", "demo-response")


@register(OFFICE)
def check_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Everything that can be said without asking the database."""
    rules: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
        _nothing_is_missing,
        _no_demo_secret_outside_the_demo,
        _addresses_are_safe,
        _host_and_account_agree,
        _phrases_differ,
        _currencies_are_known,
        _transactions_end_where_services_end_them,
        _database_suits_the_office,
        _threads_suit_the_office,
        _times_agree,
        _cookies_are_guarded,
        _books_are_not_being_compared,
        _webhooks_can_leave,
    )
    return [message for rule in rules for message in rule()]


def _nothing_is_missing() -> Iterator[CheckMessage]:
    for name in REQUIRED:
        if not _value(name):
            hint = "Set it in the environment or in .env (see .env.example), or set DEMO=true."
            yield Error(f"{name} is not set.", hint=hint, id="orders.E001")


def _no_demo_secret_outside_the_demo() -> Iterator[CheckMessage]:
    if settings.DEMO:
        return
    for name in REQUIRED:
        if str(_value(name)).startswith(DEMO_VALUES):
            yield Error(f"{name} still has the demo's value.", id="orders.E002")


def _addresses_are_safe() -> Iterator[CheckMessage]:
    for name in ("APS_API_URL", "APS_PAGE_URL", "SITE_URL"):
        address = urlsplit(getattr(settings, name))
        if address.netloc and address.scheme != "https" and not _is_loopback(address):
            yield Error(
                f"{name} is not https: only this machine itself may be reached by http.",
                id="orders.E003",
            )


def _host_and_account_agree() -> Iterator[CheckMessage]:
    """A live account belongs to the live hosts, and neither of them to a demo or to DEBUG."""
    hosts = {urlsplit(settings.APS_API_URL).hostname, urlsplit(settings.APS_PAGE_URL).hostname}
    live_hosts = hosts & set(settings.APS_LIVE_HOSTS)
    if not all(hosts):
        return
    if live_hosts and (settings.DEBUG or settings.DEMO):
        yield Error("The live gateway must not be used with DEBUG or DEMO.", id="orders.E004")
    if settings.APS_LIVE and settings.DEBUG and not live_hosts:
        yield Error("A live merchant account must not be used with DEBUG.", id="orders.E004")
    if live_hosts and live_hosts != hosts:
        yield Error(
            "APS_API_URL and APS_PAGE_URL are one live and one not.",
            hint=f"The live hosts are {', '.join(settings.APS_LIVE_HOSTS)}.",
            id="orders.E005",
        )
    if bool(live_hosts) != settings.APS_LIVE:
        yield Error(
            f"APS_LIVE is {settings.APS_LIVE}, but the gateway's host is "
            f"{'a live' if live_hosts else 'not a live'} one.",
            hint="Set APS_LIVE=false to practise with a sandbox account, true to move money.",
            id="orders.E006",
        )


def _phrases_differ() -> Iterator[CheckMessage]:
    request, response = settings.APS_SHA_REQUEST_PHRASE, settings.APS_SHA_RESPONSE_PHRASE
    if request and request == response:
        yield Error(
            "The request phrase and the response phrase are equal.",
            hint="A message of ours could be sent back as the gateway's answer. Change one at APS.",
            id="orders.E007",
        )
    if settings.APS_SHA_TYPE not in ("sha256", "sha512"):
        yield Error("APS_SHA_TYPE must be sha256 or sha512.", id="orders.E008")


def _currencies_are_known() -> Iterator[CheckMessage]:
    for currency in settings.CURRENCIES:
        if currency not in money.EXPONENTS:
            yield Error(f"CURRENCIES holds an unknown code: {currency!r}.", id="orders.E009")


def _transactions_end_where_services_end_them() -> Iterator[CheckMessage]:
    for alias, database in settings.DATABASES.items():
        if database.get("ATOMIC_REQUESTS"):
            yield Error(
                f"ATOMIC_REQUESTS is on for {alias}: the intent to charge would not be on disk "
                "before the charge leaves.",
                id="orders.E010",
            )


def _database_suits_the_office() -> Iterator[CheckMessage]:
    database = settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"]:
        return
    options = database.get("OPTIONS", {})
    wanted = "synchronous=FULL" in options.get("init_command", "")
    if options.get("transaction_mode") != "IMMEDIATE" or not wanted:
        yield Error("SQLite must run with IMMEDIATE and synchronous=FULL.", id="orders.E012")
    folder = Path(str(database["NAME"])).parent
    if folder.parts and not os.access(folder, os.W_OK):
        yield Error(f"The folder {folder} cannot be written to.", id="orders.E013")
    if settings.IS_GUARDED:
        hint = "Set DATABASE_URL to PostgreSQL."
        yield checks.Warning("SQLite serves one machine only.", hint=hint, id="orders.W001")


def _threads_suit_the_office() -> Iterator[CheckMessage]:
    """Threads of one process can stall one another on SQLite for a minute and more. Elsewhere some
    must be left for the pages while the gateway hangs.
    """
    asked = " ".join([*sys.argv, os.environ.get("GUNICORN_CMD_ARGS", "")])
    number = re.search(r"--threads[ =](\d+)", asked)
    if number and 1 < int(number[1]) <= settings.MAX_CHARGES_ON_WIRE:
        yield checks.Warning(
            f"All {number[1]} threads of a process may wait for the gateway at once.",
            hint="Set MAX_CHARGES_ON_WIRE to less than the number of threads.",
            id="orders.W004",
        )
    if "sqlite" in settings.DATABASES["default"]["ENGINE"] and THREADS.search(asked):
        yield checks.Warning(
            "The web server runs threads on SQLite.",
            hint="Use --workers 4 --worker-class sync, or set DATABASE_URL to PostgreSQL.",
            id="orders.W003",
        )


def _times_agree() -> Iterator[CheckMessage]:
    if settings.NOT_FOUND_WINDOW_S <= settings.CHARGE_DEADLINE_S:
        yield Error(
            "NOT_FOUND_WINDOW_S must be longer than CHARGE_DEADLINE_S: absence would be believed "
            "of a charge that is still on its way.",
            id="orders.E015",
        )
    for name in ("RESOLVE_SCHEDULE_S", "RECHECK_AFTER_S"):
        moments = getattr(settings, name)
        if not moments or moments != sorted(set(moments)) or moments[0] <= 0:
            yield Error(f"{name} must list growing numbers of seconds.", id="orders.E016")
    if not 0 < settings.APPROVAL_EXPIRES_S < settings.RESERVED_LIFE_S:
        yield Error(
            "APPROVAL_EXPIRES_S must be less than RESERVED_LIFE_S: what waits for approval would "
            "lapse at the bank before somebody decides.",
            id="orders.E018",
        )
    if settings.ALARM_YELLOW_S >= settings.ALARM_RED_S:
        yield Error("ALARM_YELLOW_S must be less than ALARM_RED_S.", id="orders.E017")
    if settings.RESOLVE_BREAKER_AFTER < 1 or settings.MAX_CHARGES_ON_WIRE < 1:
        yield Error(
            "RESOLVE_BREAKER_AFTER and MAX_CHARGES_ON_WIRE must be 1 or more.", id="orders.E017"
        )
    if min(settings.API_ANSWERS_KEPT_DAYS, settings.WEBHOOK_MESSAGES_KEPT_DAYS) < 0:
        message = "API_ANSWERS_KEPT_DAYS and WEBHOOK_MESSAGES_KEPT_DAYS must be 0 or more."
        yield Error(message, id="orders.E020")
    if settings.RESOLVE_PARALLEL < 1 or not 0 <= settings.RESOLVE_JITTER < 1:
        yield Error(
            "RESOLVE_PARALLEL must be 1 or more, RESOLVE_JITTER from 0 to less than 1.",
            id="orders.E016",
        )


def _cookies_are_guarded() -> Iterator[CheckMessage]:
    if not settings.IS_GUARDED:
        return
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield Error("Cookies must be Secure outside the demo.", id="orders.E014")
    if not settings.REQUIRE_SECOND_FACTOR:
        yield checks.Warning("Staff may sign in without a second factor.", id="orders.W002")


def _books_are_not_being_compared() -> Iterator[CheckMessage]:
    if settings.RECONCILE_FIRST:
        hint = "Set it to false once every charge of the gateway's report is accounted for."
        yield checks.Warning("RECONCILE_FIRST: no money moves.", hint=hint, id="orders.W004")


def _webhooks_can_leave() -> Iterator[CheckMessage]:
    for one in settings.WEBHOOK_PRIVATE_TARGETS:
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            yield Error(f"WEBHOOK_PRIVATE_TARGETS: {error}.", id="orders.E019")
    if not 0 < settings.WEBHOOK_DEADLINE_S <= 60:
        yield Error("WEBHOOK_DEADLINE_S must be from 1 to 60.", id="orders.E019")


def _value(name: str) -> Any:
    """A setting, or nothing where Django itself refuses to give an empty one."""
    try:
        return getattr(settings, name)
    except ImproperlyConfigured:
        return ""


def _is_loopback(address: SplitResult) -> bool:
    host = address.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
