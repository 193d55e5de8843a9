"""Answers that the pages of an order share: to a browser that submitted, or to our script."""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from orders.forms.card_choice import CardChoiceForm
from orders.models import Operation, Order, Staff
from orders.services.card_entry import card_form
from orders.states import Status
from orders.views.near_zone import near_html


def wants_json(request: HttpRequest) -> bool:
    """Whether our script asks, and not a person's browser."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def see_other(url: str) -> HttpResponseRedirect:
    """303: what comes next is fetched with GET, whatever this request was."""
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def waits_for_card(operation: Operation) -> bool:
    """Whether the operation is prepared for a card that the gateway has not been given yet."""
    return operation.status == Status.PREPARED and not operation.token_name


def to_order(request: HttpRequest, order: Order) -> HttpResponse:
    """The order's page; for our script its ``location``."""
    url = order.get_absolute_url()
    return JsonResponse({"location": url}) if wants_json(request) else see_other(url)


def onward(request: HttpRequest, operation: Operation) -> HttpResponse:
    """Where the browser goes once its form was taken: with a new card to the gateway, else to the
    order.

    For our script: ``location``; or ``action``, ``fields`` (hidden, by name) and ``needs_cvv`` of
    the gateway's form, and ``back``, the page to return to if the gateway cannot be reached.
    """
    order = operation.order
    if not waits_for_card(operation):
        return to_order(request, order)
    back = reverse("order-card", args=[order.number])
    if not wants_json(request):
        return see_other(back)
    card = card_form(operation, language=get_language() or "en")
    return JsonResponse(
        {"action": card.action, "fields": card.fields, "needs_cvv": card.needs_cvv, "back": back}
    )


def refused(request: HttpRequest, form: CardChoiceForm) -> JsonResponse:
    """422 for our script: ``errors``, each with the ``id`` of its control and ``text``, the
    ``summary`` to show above the form, and ``near``, the warning about charges that look like it,
    or "". What the browser found wrong with the card is counted too; with nothing else wrong the
    list is empty and nothing was done.
    """
    found_by_browser = request.POST.get("found_by_browser", "")
    lines = form.lines()
    found = int(found_by_browser) if found_by_browser in set("123456789") else 0
    context = {"lines": lines, "total": len(lines) + found}
    summary = render_to_string("orders/_order_errors.html", context)
    near = near_html(cast("Staff", request.user), form)
    return JsonResponse({"errors": lines, "summary": summary, "near": near}, status=422)
