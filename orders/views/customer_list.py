"""The customers, newest first, and a search for one of them."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.forms.customer_search import CustomerSearchForm
from orders.services import customers
from orders.services.customers import Found
from orders.services.pages import Page
from orders.views.cursor import beside, cursor


@permission_required("orders.view_customer", raise_exception=True)
@require_safe
def customer_list(request: HttpRequest) -> HttpResponse:
    """The page; a search that cannot be made shows its sentence and nobody."""
    form = CustomerSearchForm(request.GET)
    page: Page[Found] = Page([])
    if form.is_valid():
        page = customers.page(form.cleaned_data["q"], **cursor(request.GET))
    context = {
        "form": form,
        "found": page.rows,
        **beside(request.path, request.GET, newer=page.newer, older=page.older),
    }
    return render(request, "orders/customer_list.html", context)
