"""Give money back to the card that paid."""

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.states import Kind
from orders.views.follow_up_page import follow_up_page


@permission_required("orders.refund_order", raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def order_refund(request: HttpRequest, number: str) -> HttpResponse:
    """Give money back to the card that paid, once the password was typed a moment ago."""
    return follow_up_page(request, number, Kind.REFUND, "orders/order_refund.html")
