"""The page of one order: its result, its money, and everything that happened to it."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.views.order_page import order_for, order_page


@permission_required("orders.view_order", raise_exception=True)
@require_safe
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show the order as it stands. Looking changes nothing."""
    order = order_for(request, number)
    return render(request, "orders/order_detail.html", order_page(request, order))
