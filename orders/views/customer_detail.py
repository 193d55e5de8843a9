"""A customer: how to reach them, the cards kept for them, and their orders."""

from dataclasses import replace
from typing import cast

from django.contrib.auth.decorators import permission_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders.models import Customer, Operation, Order, Staff
from orders.services import history
from orders.services.history import HistoryFilters
from orders.views.card_zone import ShownCard, shown_cards
from orders.views.cursor import beside, cursor
from orders.views.order_rows import order_rows

ORDERS_SHOWN = 20


@permission_required("orders.view_customer", raise_exception=True)
@require_safe
def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page. Of the orders it shows those that the person may see."""
    customer = get_object_or_404(Customer.objects.select_related("created_by"), pk=pk)
    viewer = cast("Staff", request.user)
    page = history.page(
        HistoryFilters(customer=customer.pk), viewer, size=ORDERS_SHOWN, **cursor(request.GET)
    )
    context = {
        "customer": customer,
        "cards": _cards(customer, viewer),
        "rows": order_rows(page.rows, with_customer=False),
        **beside(request.path, request.GET, newer=page.newer, older=page.older),
    }
    return render(request, "orders/customer_detail.html", context)


def _cards(customer: Customer, viewer: Staff) -> list[ShownCard]:
    """Every card, those in use first, with the order its consent came with where ``viewer`` may see
    that one.
    """
    people = ("consent__agent", "consent__withdrawn_by")
    cards = customer.cards.select_related(*people).order_by("state", "-pk")
    given = Operation.objects.select_related("order").filter(
        consent__card__customer=customer, order__in=Order.objects.visible_to(viewer)
    )
    orders = {one.stored_id: one.order for one in given.annotate(stored_id=F("consent__card"))}
    return [replace(one, given_with=orders.get(one.card.pk)) for one in shown_cards(cards)]
