"""The call list: cards and permissions that end, so that customers are asked before one fails."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.services import expiring
from orders.views.cursor import address, beside, cursor

FIRST = "ending"


@permission_required("orders.view_customer", raise_exception=True)
@require_safe
def card_expiring(request: HttpRequest) -> HttpResponse:
    """One of the lists of ``services.expiring``; nonsense is the first."""
    asked = request.GET.get("list", FIRST)
    which = asked if asked in expiring.LISTS else FIRST
    page = expiring.page(which, **cursor(request.GET))
    context = {
        "which": which,
        "lists": [
            {"name": name, "label": label, "url": address(request.path, request.GET, list=name)}
            for name, (label, _cards) in expiring.LISTS.items()
        ],
        "found": page.rows,
        **beside(request.path, request.GET, newer=page.newer, older=page.older),
    }
    return render(request, "orders/card_expiring.html", context)
