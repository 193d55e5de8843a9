"""The minimal safe view: what a charge needs so that it happens once and none is lost, no more.

The office of bench.api serves it beside its own addresses; no other knows it. It is minimal because
nothing can be left out: the order and the claim to send its charge are stored durably, under a key
that makes the same request the same charge, before anything is sent; the charge is sent once, with
no transaction open; and what the gateway said, or that it said nothing, is recorded. It is what
``place_order`` and ``proceed`` do for everybody. There is nothing else: no API key and no scope to
look up, no requests or ceilings to count, no answer to keep, nothing read strictly or told whole;
whoever calls acts as the demo's agent.
"""

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from orders.models import Staff, StoredCard
from orders.services import charge, place
from orders.services.new_order import NewOrder
from orders.states import Source


@csrf_exempt
@login_not_required
def charge_card(request: HttpRequest) -> JsonResponse:
    """Charge a stored card: ``form_key``, ``card``, ``amount_minor`` and ``currency`` as JSON."""
    asked = json.loads(request.body)
    card = StoredCard.objects.select_related("customer").get(pk=asked["card"])
    placed = place.place_order(
        actor=Staff.objects.get(username="agent"),
        form_key=asked["form_key"],
        new_order=NewOrder(
            source=Source.API,
            customer=card.customer,
            amount_minor=asked["amount_minor"],
            currency=asked["currency"],
        ),
        stored_card=card,
    )
    operation = charge.proceed(placed)
    told = {"reference": operation.merchant_reference, "status": operation.status}
    return JsonResponse({"operation": told}, status=201)


urlpatterns = [
    path("minimal/", charge_card),
    path("", include("motooffice.urls")),
]
