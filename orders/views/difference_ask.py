"""Ask the gateway about a difference from its report."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.errors import Refused
from orders.gateway import Outcome
from orders.models import Difference, Staff
from orders.services.ask import ask_about
from orders.services.differences import open_differences
from orders.views.answers import see_other


@permission_required(["orders.view_attention", "orders.charge_order"], raise_exception=True)
@require_POST
def difference_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """303 to the page after one question. Asking never charges; what is signed counts."""
    difference = get_object_or_404(open_differences(), pk=pk)
    try:
        outcome = ask_about(actor=cast("Staff", request.user), difference=difference)
        difference.refresh_from_db()
        if difference.closed_at:
            messages.success(request, _("APS and the office agree again."))
        else:
            messages.warning(request, _why_open(difference, outcome))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return see_other(reverse("attention") + "#differences")


def _why_open(difference: Difference, outcome: Outcome | None) -> str:
    if outcome is None:
        return _("APS did not answer. Ask again in a minute.")
    if outcome is Outcome.NOT_FOUND:
        return _("APS says that it does not know this charge. The difference stays open.")
    if difference.operation is None and outcome is Outcome.APPROVED:
        return _("APS confirms it: it is listed under messages about unknown references.")
    return _("APS answered, but its answer does not settle the difference.")
