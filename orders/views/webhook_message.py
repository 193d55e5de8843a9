"""One message of a webhook: its body as it is sent, and what came of each try."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders.models import WebhookDelivery
from orders.services import webhook_messages, webhooks


@permission_required(webhooks.RIGHT, raise_exception=True)
@require_safe
def webhook_message(request: HttpRequest, pk: int) -> HttpResponse:
    """The page."""
    rows = WebhookDelivery.objects.select_related("endpoint", "order")
    message = get_object_or_404(rows, pk=pk)
    context = {
        "message": message,
        "tries": webhook_messages.tries_of(message),
        "body": webhook_messages.body_of(message),
    }
    return render(request, "orders/webhook_message.html", context)
