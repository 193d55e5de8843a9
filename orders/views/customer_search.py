"""Customers as suggestions under a search box, fetched while somebody types."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.forms.customer_search import CustomerSearchForm
from orders.services import customers

SHORTEST = 2


@permission_required("orders.view_customer", raise_exception=True)
@require_safe
def customer_search(request: HttpRequest) -> HttpResponse:
    """List items with the role of an option and the customer's ``data-pk``; one without it says
    that nobody was found, and nothing is answered to less than ``SHORTEST`` letters.
    """
    form = CustomerSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    is_long_enough = len(text) >= SHORTEST
    context = {
        "found": customers.find(text) if is_long_enough else [],
        "is_answered": is_long_enough,
    }
    return render(request, "orders/customer_search.html", context)
