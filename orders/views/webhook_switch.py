"""Disable a webhook, or enable it again."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.models import Staff, WebhookEndpoint
from orders.services import webhooks
from orders.views.answers import see_other


@permission_required(webhooks.RIGHT, raise_exception=True)
@require_POST
def webhook_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """303 to the webhook's page. The form says which of the two is wanted."""
    row = get_object_or_404(WebhookEndpoint, pk=pk)
    on = request.POST.get("on") == "1"
    webhooks.switch(actor=cast("Staff", request.user), endpoint=row, on=on)
    said = _("Enabled: changes are told again.") if on else _("Disabled: nothing is sent there.")
    messages.success(request, said)
    return see_other(reverse("webhook-detail", args=[row.pk]))
