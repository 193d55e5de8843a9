"""Put a new secret in place of the present one, with an overlap so that nothing stands still."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Refused
from orders.forms.webhook import WebhookRotateForm
from orders.models import Staff, WebhookEndpoint
from orders.services import webhooks
from orders.views.answers import see_other
from orders.views.cursor import number


@permission_required(webhooks.RIGHT, raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def webhook_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; then the new secret, shown once. The form says which secret it was made for, so
    that the same form again makes no third one.
    """
    row = get_object_or_404(WebhookEndpoint, pk=pk)
    form = WebhookRotateForm(request.POST or None)
    if form.is_valid():
        try:
            secret = webhooks.rotate(
                actor=cast("Staff", request.user),
                endpoint=row,
                overlap_h=form.cleaned_data["overlap_h"],
                present=number(request.POST.get("present", "")),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return see_other(reverse("webhook-detail", args=[row.pk]))
        made = {"row": row, "secret": secret}
        return render(request, "orders/webhook_rotate_done.html", made)
    return render(request, "orders/webhook_rotate.html", {"form": form, "row": row})
