"""Change an address, or what it is called."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Refused
from orders.forms.webhook import WebhookForm
from orders.models import Staff, WebhookEndpoint
from orders.services import webhooks
from orders.views.answers import see_other


@permission_required(webhooks.RIGHT, raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; once it is taken 303 to the webhook's page."""
    row = get_object_or_404(WebhookEndpoint, pk=pk)
    form = WebhookForm(request.POST or None, initial={"name": row.name, "url": row.url})
    if form.is_valid():
        try:
            webhooks.change(actor=cast("Staff", request.user), endpoint=row, **form.cleaned_data)
            messages.success(request, _("Changed."))
            return see_other(reverse("webhook-detail", args=[row.pk]))
        except Refused as refusal:
            form.refuse(refusal)
    return render(request, "orders/webhook_edit.html", {"form": form, "row": row})
