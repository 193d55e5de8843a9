"""Where the gateway sends the operator's browser back to, with a token in place of the card.

Nobody is signed in here: a browser sends no session cookie with a form from another site. The
signature is the only key, no money moves, and the order's own page goes on from here.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from orders import counters
from orders.gateway import NotTrusted
from orders.gateway.strict import Misread, form_pairs
from orders.services.card_entry import receive_card
from orders.views.answers import see_other


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def card_return(request: HttpRequest) -> HttpResponse:
    """303 to the order's page. What is not the gateway's own word has no effect and learns nothing:
    it is shown one and the same page.
    """
    try:
        operation = receive_card(_pairs(request))
    except (Misread, NotTrusted):
        counters.count(counters.MESSAGES)
        return render(request, "orders/card_return.html", status=400)
    return see_other(operation.order.get_absolute_url())


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """Every name and value in the order received, repeated ones too. Raises ``Misread``."""
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    if request.method == "GET":
        return list(form_pairs(query))
    if query or request.content_type != "application/x-www-form-urlencoded":
        raise Misread("not_form")
    return list(form_pairs(request.body))
