"""Let go of an amount that is reserved, whole."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from orders.states import Kind
from orders.views.follow_up_page import follow_up_page


@permission_required("orders.void_order", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_void(request: HttpRequest, number: str) -> HttpResponse:
    """Let go of what is reserved on a card."""
    return follow_up_page(request, number, Kind.VOID, "orders/order_void.html")
