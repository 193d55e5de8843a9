"""Send the charge whose card has come back from the gateway."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from orders.errors import Conflict, Refused
from orders.models import Staff
from orders.services.charge import charge
from orders.states import CHARGES
from orders.views.answers import see_other
from orders.views.near_zone import confirmation_of
from orders.views.order_page import order_for


@permission_required("orders.charge_order", raise_exception=True)
@require_POST
def order_charge(request: HttpRequest, number: str) -> HttpResponse:
    """303 to the order and its result. The form names the charge it was made for, so that an old
    page sends nothing else; a second submit finds it sent and shows where it stands.
    """
    order = order_for(request, number)
    reference = request.POST.get("reference", "")
    operation = order.operations.filter(kind__in=CHARGES, merchant_reference=reference).first()
    if operation:
        try:
            charge(
                actor=cast("Staff", request.user),
                operation=operation,
                confirmation=confirmation_of(request),
            )
        except Conflict:
            # Pressed twice, or sent by somebody else: the page itself shows what came of it.
            pass
        except Refused as refusal:
            messages.error(request, str(refusal))
    return see_other(order.get_absolute_url())
