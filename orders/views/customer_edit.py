"""A customer's details, corrected."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.errors import Refused
from orders.forms.customer import CustomerForm, held_by
from orders.models import Customer, Staff
from orders.services import customers


@permission_required("orders.change_customer", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form with what is kept now; once it is corrected, the customer's page."""
    customer = get_object_or_404(Customer, pk=pk)
    form = CustomerForm(request.POST or None, initial=held_by(customer))
    if form.is_valid() and _update(form, customer, cast("Staff", request.user)):
        messages.success(request, _("The details were saved."))
        return redirect(customer)
    return render(request, "orders/customer_edit.html", {"form": form, "customer": customer})


def _update(form: CustomerForm, customer: Customer, actor: Staff) -> bool:
    try:
        customers.update(actor=actor, customer=customer, **form.cleaned_data)
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True
