"""Messages that a person has sent once more: one, or all of an address since a moment. They keep
their id and their body, so that a receiver which has them already knows them.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Order, Staff, WebhookDelivery, WebhookEndpoint
from orders.models.webhooks import PING
from orders.services import audit, rules
from orders.services.webhook_delivery import line_up
from orders.services.webhook_line import hold_back
from orders.services.webhooks import RIGHT
from orders.states import WebhookState

MOST = 2_000  # within the time that a request may take


def send_again(*, actor: Staff, delivery: WebhookDelivery) -> None:
    """Have the message sent once more, and tried for three days anew.

    Raises ``Conflict`` while it waits to be sent anyway, when its body is not kept any more, or
    while its address is disabled.
    """
    rules.may(actor, RIGHT)
    with transaction.atomic(durable=True):
        order = Order.objects.locked(delivery.order_id) if delivery.order_id else None
        _check_active(delivery.endpoint)
        if not _wait_again(delivery.pk):
            raise _why_not(delivery)
        told: dict[str, Any] = {
            "webhook": delivery.endpoint.name,
            "message": delivery.message_id,
        }
        if order:
            audit.record(order, "webhook_sent_again", actor=actor, **told)
        else:
            audit.record_account("webhook_sent_again", actor=actor, **told)


def send_since(*, actor: Staff, endpoint: WebhookEndpoint, since: datetime) -> int:
    """Have all messages about orders sent once more that were written from ``since`` on and whose
    body is kept, those of an order in their order. Returns how many; those that wait anyway are
    not counted.

    Raises ``Refused`` for more than can be replayed at once, or a disabled address.
    """
    rules.may(actor, RIGHT)
    _check_active(endpoint)
    rows = WebhookDelivery.objects.filter(endpoint=endpoint, made_at__gte=since)
    rows = rows.exclude(kind=PING).exclude(state=WebhookState.WAITING).exclude(body="")
    found = list(rows.order_by("id").values_list("pk", "order_id")[: MOST + 1])
    if len(found) > MOST:
        raise Refused(
            "too_many",
            _("These are more than %(most)d messages. Choose a later moment.") % {"most": MOST},
            field="since",
        )
    audit.record_account(
        "webhook_replayed", actor=actor, webhook=endpoint.name, since=since.isoformat()
    )
    count = 0
    for pk, order_id in found:
        with transaction.atomic(durable=True):
            Order.objects.locked(order_id)
            count += _wait_again(pk)
    return count


def _wait_again(pk: int) -> int:
    """Whether the row waits once more: not without a body, which may be forgotten at this very
    moment. Under its order's lock.
    """
    done = WebhookDelivery.objects.filter(pk=pk).exclude(state=WebhookState.WAITING)
    done = done.exclude(body="")
    moved = done.update(state=WebhookState.WAITING, since=clock.now(), failures=0)
    if moved:
        row = WebhookDelivery.objects.get(pk=pk)
        hold_back(row)
        line_up(row)
    return moved


def _why_not(delivery: WebhookDelivery) -> Conflict:
    if WebhookDelivery.objects.filter(pk=delivery.pk, body="").exists():
        sentence = _("What this message said is not kept any more. It cannot be sent again.")
        return Conflict("not_kept", sentence)
    return Conflict("waits_already", _("This message waits to be sent already."))


def _check_active(endpoint: WebhookEndpoint) -> None:
    if not WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True).exists():
        raise Conflict("webhook_disabled", _("This webhook is disabled. Enable it first."))
