"""What the frame around every page shows: the side navigation, the gateway's mark, who is here.

A destination appears only when its URL exists and the signed-in person holds the right; the
views decide again for themselves. One key, ``office``, goes into every template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from orders import awaited
from orders.awaited import Awaited
from orders.roles import role_words
from orders.services import (
    attention,
    heartbeat,
    readiness,
    repeat_list,
    sent_mail,
    waiting_approvals,
)


@dataclass(frozen=True)
class Destination:
    """A line of the side navigation; ``covers`` are further URL names it stays lit on."""

    url_name: str
    label: Any
    icon: str
    permission: str
    key: str = ""
    covers: tuple[str, ...] = ()
    count: Callable[[Any], int] | None = None


def _to_decide(user: Any) -> int:
    """How many requests wait for this person's decision."""
    return waiting_approvals.mine_to_decide(user)[: attention.MOST_COUNTED].count()


def _runs_to_decide(user: Any) -> int:
    """How many repeat runs wait for this person's approval."""
    return repeat_list.to_decide(user)[: attention.MOST_COUNTED].count()


DAILY = (
    Destination("manual-order", _("New order"), "plus-circle", "orders.take_order", "n"),
    Destination(
        "order-history",
        _("Order history"),
        "card-list",
        "orders.view_order",
        covers=("order-detail", "order-card", "order-receipt", "order-send-receipt"),
    ),
    Destination(
        "customer-list",
        _("Customers"),
        "people",
        "orders.view_customer",
        covers=(
            "customer-detail",
            "customer-edit",
            "customer-new",
            "card-expiring",
            "card-withdraw",
        ),
    ),
    Destination(
        "approvals",
        _("Approvals"),
        "pause-circle",
        "orders.view_order",
        covers=("order-approval",),
        count=_to_decide,
    ),
    Destination(
        "repeat-list",
        _("Repeat charges"),
        "arrow-repeat",
        "orders.view_repeatrun",
        covers=("repeat-new", "repeat-pick", "repeat-detail", "repeat-approval"),
        count=_runs_to_decide,
    ),
    Destination("batch-list", _("Mail batches"), "envelope-paper", "orders.view_mailbatch"),
)
SUPERVISION = (
    Destination(
        "attention",
        _("Needs attention"),
        "exclamation-triangle",
        "orders.view_attention",
        covers=("attention-close", "attention-unlock", "difference-note", "order-release"),
        count=attention.count,
    ),
    Destination("ceilings", _("Ceilings"), "shield-lock", "orders.view_ceiling"),
    Destination("day-report", _("Day report"), "bar-chart", "orders.view_reports"),
    Destination("audit", _("Audit log"), "shield-check", "orders.view_audit"),
    Destination(
        "api-key-list",
        _("API keys"),
        "shield-lock",
        "orders.manage_api_keys",
        covers=("api-key-new", "api-key-rotate", "api-key-revoke", "api-docs"),
    ),
    Destination(
        "webhook-list",
        _("Webhooks"),
        "globe",
        "orders.manage_webhooks",
        covers=(
            "webhook-detail",
            "webhook-edit",
            "webhook-message",
            "webhook-new",
            "webhook-replay",
            "webhook-rotate",
        ),
    ),
)
PRACTICE = (Destination("sent-mail", _("Sent mail"), "envelope", "orders.view_order"),)


def office(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """``{"office": …}`` with ``nav`` (sections of lines), the addresses of the frame, ``role``."""
    user = getattr(request, "user", None)
    return {
        "office": {
            "is_practice": settings.IS_PRACTICE,
            "nav": SimpleLazyObject(lambda: navigation(request)),
            "role": SimpleLazyObject(lambda: role_of(user)),
            "search_url": _allowed(user, "orders.view_order") and address("order-history"),
            "admin_url": bool(user and user.is_staff) and address("admin:index"),
            "sign_out_url": address("account_logout"),
            "language_url": address("set_language"),
            "awaited": SimpleLazyObject(lambda: _awaited_by(request)),
            "stops": SimpleLazyObject(lambda: _stops_for(user)),
            "silent": SimpleLazyObject(lambda: _silent_for(user)),
        }
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Sections that have a line: ``title`` and ``lines`` of url, label, icon, key, count ("" for
    nothing), is_current.
    """
    match = request.resolver_match
    here = match.view_name if match else ""
    user = getattr(request, "user", None)
    sections = []
    practice = PRACTICE if sent_mail.is_kept() else ()
    for title, destinations in (
        ("", DAILY),
        (_("Supervision"), SUPERVISION),
        (_("Practice"), practice),
    ):
        lines = [
            _line(destination, url, here, user)
            for destination in destinations
            if _allowed(user, destination.permission) and (url := address(destination.url_name))
        ]
        if lines:
            sections.append({"title": title, "lines": lines})
    return sections


def role_of(user: Any) -> str:
    """The person's roles in the reader's language, "" for a stranger or a person without one."""
    if user is None or not user.is_authenticated:
        return ""
    names = [role_words(name) for name in user.groups.values_list("name", flat=True)]
    return ", ".join(names)


def address(url_name: str) -> str:
    """The path of a URL name, or "" while no such page exists."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _line(destination: Destination, url: str, here: str, user: Any) -> dict[str, Any]:
    return {
        "url": url,
        "label": destination.label,
        "icon": destination.icon,
        "key": destination.key,
        "count": _capped(destination.count(user)) if destination.count else "",
        "is_current": here == destination.url_name or here in destination.covers,
    }


def _silent_for(user: Any) -> set[str]:
    """Which of the processes that work by themselves staff must be told of, because none lives."""
    return heartbeat.silent() if user and user.is_authenticated else set()


def _awaited_by(request: HttpRequest) -> Awaited | None:
    """News for whoever sends charges; ``None`` for everybody else."""
    user = getattr(request, "user", None)
    return awaited.remember(request) if _allowed(user, "orders.charge_order") else None


def _stops_for(user: Any) -> list[Promise]:
    """Why nothing can be charged now, for staff alone."""
    return readiness.notices() if user and user.is_authenticated else []


def _capped(count: int) -> str:
    """A count as the line's end shows it: "" for nothing, and never exact beyond 99."""
    return "99+" if count >= attention.MOST_COUNTED else str(count or "")


def _allowed(user: Any, permission: str) -> bool:
    return bool(user and user.is_authenticated and user.has_perm(permission))
