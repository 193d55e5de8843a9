"""The front door: everybody is led to the page they work on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """People who take orders to a new one, those who look to the history, admins to accounts."""
    user = request.user
    if user.has_perms(["orders.take_order", "orders.charge_order"]):
        return redirect("manual-order")
    if user.has_perm("orders.view_all_orders"):
        return redirect("order-history")
    return redirect("admin:index" if user.is_staff else "order-history")
