"""Find out by hand whether charges can go again: ask the gateway, let the account be tried."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.models import Staff
from orders.services import ask, breaker, set_up
from orders.views.answers import see_other


@permission_required(["orders.view_attention", "orders.release_order"], raise_exception=True)
@require_POST
def attention_try_again(request: HttpRequest) -> HttpResponse:
    """303 to the page, with what came of it. One harmless question at most; nothing is charged."""
    if set_up.try_again(actor=cast("Staff", request.user)):
        messages.success(
            request, _("Charges go again. The next one that is refused this way stops them.")
        )
    is_back = ask.find_out()
    if is_back:
        messages.success(request, _("The gateway answers again."))
    elif is_back is False:
        messages.warning(request, _("The gateway still does not answer."))
    elif breaker.is_away():
        messages.info(request, _("The gateway was asked a moment ago. Try again in half a minute."))
    return see_other(reverse("attention"))
