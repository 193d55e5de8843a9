"""Mark an order as paid."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.errors import Refused
from orders.models import Staff
from orders.services.paid import mark_paid
from orders.views.answers import see_other
from orders.views.order_page import order_for


@permission_required("orders.mark_paid", raise_exception=True)
@require_POST
def order_paid(request: HttpRequest, number: str) -> HttpResponse:
    """303 to the order, marked as paid; or with the reason why it was not."""
    order = order_for(request, number)
    try:
        mark_paid(actor=cast("Staff", request.user), order=order)
        messages.success(request, _("Order %(order)s is marked as paid.") % {"order": order.number})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other(order.get_absolute_url())
