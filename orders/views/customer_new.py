"""A new customer, written down without an order."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.errors import Refused
from orders.forms.customer import CustomerForm
from orders.models import Customer, Staff
from orders.services import customers


@permission_required("orders.add_customer", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_new(request: HttpRequest) -> HttpResponse:
    """The form; once it is filled in, the new customer's page."""
    form = CustomerForm(request.POST or None)
    if form.is_valid() and (customer := _create(form, cast("Staff", request.user))):
        messages.success(request, _("%(name)s was added.") % {"name": customer.name})
        return redirect(customer)
    return render(request, "orders/customer_new.html", {"form": form})


def _create(form: CustomerForm, actor: Staff) -> Customer | None:
    try:
        return customers.create(actor=actor, **form.cleaned_data)
    except Refused as refusal:
        form.refuse(refusal)
        return None
