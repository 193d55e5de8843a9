"""Register an address. Its secret is shown on the answer to the form, and never again."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Refused
from orders.forms.webhook import WebhookForm
from orders.models import Staff
from orders.services import webhooks


@permission_required(webhooks.RIGHT, raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def webhook_new(request: HttpRequest) -> HttpResponse:
    """The form; then the secret. No redirect: the secret would have to be kept somewhere on its
    way. The same form again finds the name in use.
    """
    form = WebhookForm(request.POST or None)
    if form.is_valid():
        try:
            row, secret = webhooks.make(actor=cast("Staff", request.user), **form.cleaned_data)
            made = {"row": row, "secret": secret}
            return render(request, "orders/webhook_new_made.html", made)
        except Refused as refusal:
            form.refuse(refusal)
    return render(request, "orders/webhook_new.html", {"form": form})
