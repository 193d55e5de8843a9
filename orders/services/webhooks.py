"""Addresses that are told of every change of an order's money: made, changed, paused, and given a
new secret by a person. The secret is shown once; ``services.webhook_secrets`` keeps it.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Staff, WebhookDelivery, WebhookEndpoint
from orders.services import audit, rules, webhook_events
from orders.services.webhook_delivery import policy
from orders.services.webhook_secrets import seal
from orders.states import WebhookState
from orders.webhooks import NoTarget, new_secret, parse

RIGHT = "orders.manage_webhooks"
LONGEST_OVERLAP_H = 24 * 30


def make(*, actor: Staff, name: str, url: str) -> tuple[WebhookEndpoint, str]:
    """The address's row, and its secret, which nobody sees a second time.

    Raises ``Refused`` with the field to correct, and ``Conflict`` for a name that is in use.
    """
    rules.may(actor, RIGHT)
    name, url = _checked(name, url)
    secret = new_secret()
    try:
        with transaction.atomic(durable=True):
            row = WebhookEndpoint.objects.create(
                name=name, url=url, secret=seal(secret), created_by=actor
            )
            audit.record_account("webhook_made", actor=actor, webhook=name, url=url)
    except IntegrityError as error:
        raise _name_taken() from error
    return row, secret


def change(*, actor: Staff, endpoint: WebhookEndpoint, name: str, url: str) -> WebhookEndpoint:
    """The row with another name or address. What waits goes to the new address.

    Raises like ``make``.
    """
    rules.may(actor, RIGHT)
    name, url = _checked(name, url)
    try:
        with transaction.atomic(durable=True):
            row = _locked(endpoint)
            before = {"former_name": row.name, "former_url": row.url}
            if (row.name, row.url) == (name, url):
                return row
            if row.url != url:  # nothing is known of the new one yet
                row.failures, row.paused_until = 0, None
            row.name, row.url = name, url
            audit.record_account("webhook_changed", actor=actor, webhook=name, url=url, **before)
            # Last: a new name locks the row against messages too, and the trail may have to wait.
            row.save(update_fields=["name", "url", "failures", "paused_until"])
    except IntegrityError as error:
        raise _name_taken() from error
    return row


def switch(*, actor: Staff, endpoint: WebhookEndpoint, on: bool) -> WebhookEndpoint:
    """The row, told of changes from now on or not any more. What waits goes on waiting meanwhile;
    what changes meanwhile is not told. Its three days of tries begin anew.
    """
    rules.may(actor, RIGHT)
    if on:  # before the address is locked: whoever notes a try locks the message first
        waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.WAITING)
        waiting.filter(endpoint__is_active=False).update(since=clock.now(), failures=0)
    with transaction.atomic(durable=True):
        row = _locked(endpoint)
        if row.is_active != on:
            row.is_active, row.failures, row.paused_until = on, 0, None
            row.save(update_fields=["is_active", "failures", "paused_until"])
            kind = "webhook_enabled" if on else "webhook_disabled"
            audit.record_account(kind, actor=actor, webhook=row.name)
    return row


def rotate(*, actor: Staff, endpoint: WebhookEndpoint, overlap_h: int, present: int) -> str:
    """A new secret. The former one goes on signing beside it for ``overlap_h`` hours; one that was
    replaced before ends now.

    Raises ``Conflict`` unless ``present`` is the number of rotations before this one: the same form
    sent twice would end a secret that is in use.
    """
    rules.may(actor, RIGHT)
    if not 0 <= overlap_h <= LONGEST_OVERLAP_H:
        raise Refused("overlap_range", _("Choose at most 30 days."), field="overlap_h")
    secret = new_secret()
    with transaction.atomic(durable=True):
        row = _locked(endpoint)
        if row.rotations != present:
            raise Conflict("rotated_meanwhile", _("This secret was replaced already."))
        row.old_secret = row.secret if overlap_h else ""
        row.old_until = clock.now() + timedelta(hours=overlap_h) if overlap_h else None
        row.secret = seal(secret)
        row.rotations += 1
        row.save(update_fields=["secret", "old_secret", "old_until", "rotations"])
        audit.record_account(
            "webhook_secret_replaced", actor=actor, webhook=row.name, overlap_h=overlap_h
        )
    return secret


def ping(*, actor: Staff, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A test message, tried once. Raises ``Conflict`` where the address is disabled."""
    rules.may(actor, RIGHT)
    with transaction.atomic(durable=True):
        row = _locked(endpoint)
        if not row.is_active:
            raise Conflict("webhook_disabled", _("This webhook is disabled. Enable it first."))
        audit.record_account("webhook_pinged", actor=actor, webhook=row.name)
        return webhook_events.write_ping(row)


def all_endpoints() -> list[WebhookEndpoint]:
    """Every address: the active first, then by name."""
    return list(WebhookEndpoint.objects.order_by("-is_active", "name"))


def checked_url(url: str) -> str:
    """``url`` if messages may go there as far as can be told now. Raises ``Refused``."""
    url = url.strip()
    try:
        parse(url, policy())
    except NoTarget as refusal:
        raise Refused("url_refused", _why(refusal.reason), field="url") from refusal
    return url


def _why(reason: str) -> str:
    return {
        "user_in_url": _("Leave the user and the password out: messages are signed instead."),
        "not_https": _("The address must begin with https://."),
        "port_refused": _("Only the ports 443 and 8443 are allowed."),
        "private_address": _("This is an address of a private network. Settings may allow it."),
    }.get(reason, _("Type a whole address like https://shop.example.com/hooks/orders."))


def _checked(name: str, url: str) -> tuple[str, str]:
    name = name.strip()
    if not name:
        raise Refused("name_missing", _("Say who is told."), field="name")
    return name, checked_url(url)


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Locked against other changes, not against messages that are written meanwhile."""
    return WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)


def _name_taken() -> Conflict:
    return Conflict("name_taken", _("A webhook of this name exists."), field="name")
