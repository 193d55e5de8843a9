"""Send a test message to a webhook."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.errors import Refused
from orders.models import Staff, WebhookEndpoint
from orders.services import webhooks
from orders.views.answers import see_other


@permission_required(webhooks.RIGHT, raise_exception=True)
@require_POST
def webhook_ping(request: HttpRequest, pk: int) -> HttpResponse:
    """303 to the message's page, which tells what came of it."""
    row = get_object_or_404(WebhookEndpoint, pk=pk)
    try:
        message = webhooks.ping(actor=cast("Staff", request.user), endpoint=row)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return see_other(reverse("webhook-detail", args=[row.pk]))
    messages.success(request, _("The test is on its way. Reload to see what came of it."))
    return see_other(reverse("webhook-message", args=[message.pk]))
