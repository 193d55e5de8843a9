"""Ask the gateway what became of what is not settled, and whether it still holds a reservation."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from orders.errors import Refused
from orders.models import Staff
from orders.services.ask import ask
from orders.states import UNSETTLED, Status
from orders.views.answers import see_other
from orders.views.order_page import order_for, order_page


@permission_required("orders.charge_order", raise_exception=True)
@require_POST
def order_ask(request: HttpRequest, number: str) -> HttpResponse:
    """303 to the order after one question; our script, which asks by itself, gets the page's own
    piece as it stands now. Asking never charges.
    """
    order = order_for(request, number)
    is_open = Q(status__in=UNSETTLED)
    by_itself = request.headers.get("X-Requested-By") == "poll"
    if not by_itself:
        is_open |= Q(status=Status.APPROVED, next_check_at__isnull=False)
    for operation in order.operations.filter(is_open).order_by("id"):
        try:
            ask(operation=operation, actor=None if by_itself else cast("Staff", request.user))
        except Refused as refusal:
            # The page asks again by itself, and the office does so too: only a person is told.
            if not by_itself:
                messages.warning(request, str(refusal))
    if not by_itself:
        return see_other(order.get_absolute_url())
    order = order_for(request, number)
    return render(request, "orders/_order.html", order_page(request, order))
