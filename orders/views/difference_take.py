"""Take on a difference from the gateway's report."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.errors import Refused
from orders.models import Difference, Staff
from orders.services.attend import take_on_difference
from orders.views.answers import see_other


@permission_required(["orders.view_attention", "orders.charge_order"], raise_exception=True)
@require_POST
def difference_take(request: HttpRequest, pk: int) -> HttpResponse:
    """303 to the page, where the difference now has this person's name."""
    difference = get_object_or_404(Difference, pk=pk)
    try:
        take_on_difference(actor=cast("Staff", request.user), difference=difference)
        reference = {"reference": difference.merchant_reference}
        messages.success(request, _("You look after %(reference)s.") % reference)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other(reverse("attention") + "#differences")
