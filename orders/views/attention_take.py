"""Take on a charge that is not settled."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.errors import Refused
from orders.models import Operation, Order, Staff
from orders.services.attend import take_on
from orders.views.answers import see_other


@permission_required(["orders.view_attention", "orders.charge_order"], raise_exception=True)
@require_POST
def attention_take(request: HttpRequest, pk: int) -> HttpResponse:
    """303 to the page, where the charge now has this person's name."""
    orders = Order.objects.visible_to(request.user)
    operation = get_object_or_404(Operation, pk=pk, order__in=orders)
    try:
        take_on(actor=cast("Staff", request.user), operation=operation)
        messages.success(request, _("You look after %(reference)s.") % {"reference": operation})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other(reverse("attention"))
