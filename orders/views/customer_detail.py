"""A customer: how to reach them, the cards kept for them, and their orders."""

from typing import cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders.models import Customer, Staff
from orders.services import history
from orders.services.history import HistoryFilters
from orders.views.cursor import beside, cursor
from orders.views.order_rows import order_rows

ORDERS_SHOWN = 20


@permission_required("orders.view_customer", raise_exception=True)
@require_safe
def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page. Of the orders it shows those that the person may see."""
    customer = get_object_or_404(Customer.objects.select_related("created_by"), pk=pk)
    viewer = cast("Staff", request.user)
    page = history.page(
        HistoryFilters(customer=customer.pk), viewer, size=ORDERS_SHOWN, **cursor(request.GET)
    )
    context = {
        "customer": customer,
        "cards": customer.cards.select_related("consent__agent").order_by("state", "-pk"),
        "rows": order_rows(page.rows, with_customer=False),
        **beside(request.path, request.GET, newer=page.newer, older=page.older),
    }
    return render(request, "orders/customer_detail.html", context)
