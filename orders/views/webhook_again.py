"""Send one message of a webhook once more."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.errors import Refused
from orders.models import Staff, WebhookDelivery
from orders.services import webhook_replay, webhooks
from orders.views.answers import see_other


@permission_required(webhooks.RIGHT, raise_exception=True)
@require_POST
def webhook_again(request: HttpRequest, pk: int) -> HttpResponse:
    """303 to the message's page."""
    message = get_object_or_404(WebhookDelivery.objects.select_related("endpoint"), pk=pk)
    try:
        webhook_replay.send_again(actor=cast("Staff", request.user), delivery=message)
        messages.success(request, _("It is sent again. Reload to see what came of it."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other(reverse("webhook-message", args=[message.pk]))
