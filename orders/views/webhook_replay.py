"""Send everything once more that a webhook was told since a moment."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from orders.errors import Refused
from orders.forms.webhook import WebhookReplayForm
from orders.models import Staff, WebhookEndpoint
from orders.services import webhook_replay as replaying
from orders.services import webhooks
from orders.views.answers import see_other


@permission_required(webhooks.RIGHT, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; once it is taken 303 to the webhook's page."""
    row = get_object_or_404(WebhookEndpoint, pk=pk)
    form = WebhookReplayForm(request.POST or None)
    if form.is_valid():
        since = form.cleaned_data["since"]
        try:
            count = replaying.send_since(
                actor=cast("Staff", request.user), endpoint=row, since=since
            )
            said = ngettext(
                "%(count)d message is sent again.", "%(count)d messages are sent again.", count
            )
            messages.success(request, said % {"count": count})
            return see_other(reverse("webhook-detail", args=[row.pk]))
        except Refused as refusal:
            form.refuse(refusal)
    context = {"form": form, "row": row, "kept_days": settings.WEBHOOK_MESSAGES_KEPT_DAYS}
    return render(request, "orders/webhook_replay.html", context)
