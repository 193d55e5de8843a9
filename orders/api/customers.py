"""Customers and the cards kept for them: last four, brand, expiry, state."""

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest
from ninja import Query, Router

from orders.api.asked import CustomerFilters
from orders.api.document import answers, needs
from orders.api.find import customer_called, customer_pk, refuse_unknown
from orders.api.told import CustomerList, CustomerTold, customer_told
from orders.models import Customer
from orders.services import customers

router = Router(tags=["Customers"])


@router.get(
    "/customers",
    **needs("customers:read"),
    response=answers(CustomerList),
    summary="Find customers",
)
def list_customers(request: HttpRequest, filters: Query[CustomerFilters]) -> CustomerList:
    """Newest first, or those whom text finds."""
    refuse_unknown(request, CustomerFilters)
    before = customer_called(filters.cursor).pk if filters.cursor else None
    page = customers.page(filters.text, before=before, size=filters.limit)
    rows = [found.customer for found in page.rows]
    prefetch_related_objects(rows, "cards")
    return CustomerList(
        customers=[customer_told(one) for one in rows],
        next=rows[-1].number if page.older else "",
    )


@router.get(
    "/customers/{number}",
    **needs("customers:read"),
    response=answers(CustomerTold),
    summary="Read a customer",
)
def read_customer(request: HttpRequest, number: str) -> CustomerTold:
    """A customer with their stored cards; a card's id charges it."""
    customer = Customer.objects.filter(pk=customer_pk(number)).prefetch_related("cards").first()
    if customer is None:
        raise Http404
    return customer_told(customer)
