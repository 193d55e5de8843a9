"""Take an amount that is reserved, or a part of it."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from orders.states import Kind
from orders.views.follow_up_page import follow_up_page


@permission_required("orders.capture_order", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_capture(request: HttpRequest, number: str) -> HttpResponse:
    """Take what is reserved on a card, or a part of it."""
    return follow_up_page(request, number, Kind.CAPTURE, "orders/order_capture.html")
