"""The addresses that are told of every change of an order's money, and how they are doing."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.services import webhooks


@permission_required(webhooks.RIGHT, raise_exception=True)
@require_safe
def webhook_list(request: HttpRequest) -> HttpResponse:
    """The page: the active ones first."""
    return render(request, "orders/webhook_list.html", {"rows": webhooks.all_endpoints()})
