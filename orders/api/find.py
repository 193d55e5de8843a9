"""Finding what an address or a body names, within what the key may see."""

import re

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema

from orders.api.keys import actor_of
from orders.api.trouble import Trouble
from orders.errors import Refused
from orders.models import Customer, Operation, Order


def order_called(request: HttpRequest, number: str) -> Order:
    """The order, or 404 unless the key may see it."""
    orders = Order.objects.visible_to(actor_of(request)).by_number(number)
    order = orders.select_related("customer", "taken_by").first()
    if order is None:
        raise Http404
    return order


def operations_of(order: Order) -> list[Operation]:
    """The order's operations with their parents, oldest first."""
    return list(order.operations.select_related("parent").order_by("id"))


def customer_called(number: str) -> Customer:
    """The customer of that number. Raises ``Refused`` where there is none."""
    customer = Customer.objects.filter(pk=customer_pk(number)).first()
    if customer is None:
        raise Refused("customer_unknown", _("There is no such customer."), field="customer")
    return customer


def customer_pk(number: str) -> int:
    """The id in a customer's number, 0 for what is none."""
    match = re.fullmatch("C-([0-9]{4,15})", number)
    return int(match[1]) - 1000 if match else 0


def beyond(request: HttpRequest, cursor: str) -> int | None:
    """The order that a page begins after, None for the newest. Raises ``Refused`` for nonsense."""
    if not cursor:
        return None
    order = Order.objects.visible_to(actor_of(request)).by_number(cursor).first()
    if order is None:
        raise Refused("cursor_unknown", _("Send the cursor as it was given."), field="cursor")
    return order.pk


def refuse_unknown(request: HttpRequest, filters: type[Schema]) -> None:
    """Raise for a query that names something else: a filter that does nothing misleads."""
    if not set(request.GET) <= set(filters.model_fields):
        raise Trouble("refused", code="filter_unknown")
