"""Figures for a monitor, in Prometheus' text format. No session, no sign-in, a token instead."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orders.services import breaker, heartbeat, receipt_delivery, webhook_delivery, wire_room


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """How many charges wait for an answer, and receipts and webhooks to leave, for how long, and
    whether a resolver and a worker live and the gateway answers. 404 without the settings' token.
    """
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given, wanted):
        raise Http404
    count, oldest_s = heartbeat.unsettled()
    receipts, oldest_receipt_s = receipt_delivery.waiting()
    webhooks, oldest_webhook_s = webhook_delivery.waiting()
    figures = {
        "motooffice_unsettled_charges": count,
        "motooffice_oldest_unsettled_seconds": round(oldest_s),
        "motooffice_resolvers_alive": heartbeat.living(),
        "motooffice_receipts_waiting": receipts,
        "motooffice_oldest_waiting_receipt_seconds": round(oldest_receipt_s),
        "motooffice_webhooks_waiting": webhooks,
        "motooffice_oldest_waiting_webhook_seconds": round(oldest_webhook_s),
        "motooffice_workers_alive": heartbeat.living_workers(),
        **breaker.figures(),
        "motooffice_on_wire_of_this_process": wire_room.taken(),
    }
    text = "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
