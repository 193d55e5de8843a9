"""What addresses were told, as people read it: a page of messages, and the tries of one."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import WebhookDelivery, WebhookEndpoint
from orders.services.pages import Page, page_of
from orders.states import WebhookState

PAGE_SIZE = 50
_PROBLEMS: dict[str, Promise] = {
    "timeout": gettext_lazy("No answer in time"),
    "no_connection": gettext_lazy("Nobody listens at the address"),
    "no_such_host": gettext_lazy("The name has no address"),
    "no_answer": gettext_lazy("The connection ended without an answer"),
    "connection_broken": gettext_lazy("The connection broke"),
    "bad_certificate": gettext_lazy("The certificate is not to be trusted"),
    "private_address": gettext_lazy("An address of a private network: not allowed"),
    "not_https": gettext_lazy("Not https: not allowed"),
    "port_refused": gettext_lazy("This port is not allowed"),
    "secret_unreadable": gettext_lazy("WEBHOOKS_KEY was changed: replace the secret"),
    "address_away": gettext_lazy("The address gave no answer for days"),
}


@dataclass(frozen=True)
class Try:
    """One try: when, and what came of it in words."""

    at: datetime
    said: str
    is_success: bool


def page(
    endpoint: WebhookEndpoint,
    state: str = "",
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> Page[WebhookDelivery]:
    """The address's messages, newest first, all or those in ``state``."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("order")
    if state in WebhookState.values:
        rows = rows.filter(state=state)
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("id")[: size + 1])
    else:
        older = rows.filter(pk__lt=before) if before is not None else rows
        found = list(older.order_by("-id")[: size + 1])
    return page_of(found, lambda row: row.pk, before=before, after=after, size=size)


def tries_of(delivery: WebhookDelivery) -> list[Try]:
    """The last tries, newest first."""
    return [
        Try(
            datetime.fromisoformat(one["at"]),
            told(one["problem"], one["status"]),
            not one["problem"],
        )
        for one in reversed(delivery.log)
    ]


def told(problem: str, status: int = 0) -> str:
    """A problem in words; the answer's status where there is none."""
    if problem in _PROBLEMS:
        return str(_PROBLEMS[problem])
    if problem and not problem.startswith("http_"):
        return _("Could not be sent")
    return _("Answered %(status)s") % {"status": problem.removeprefix("http_") or status}


def body_of(delivery: WebhookDelivery) -> str:
    """The body, broken into lines for people; "" where it is not kept any more."""
    if not delivery.is_kept:
        return ""
    return json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
