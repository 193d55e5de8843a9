"""Send a receipt by mail: to the customer, to a corrected address, or once more."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.errors import Refused
from orders.forms.send_receipt import SendReceiptForm
from orders.models import Operation, Order, Receipt, Staff
from orders.services import receipts
from orders.services.place import new_form_key
from orders.services.receipt_content import content_of
from orders.views.answers import see_other
from orders.views.cursor import number as number_in
from orders.views.order_page import order_for


@permission_required("orders.send_receipt", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_send_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The form, for the movement of money it names; once it is sent, and where that movement does
    not count any more, 303 to the order.
    """
    order = order_for(request, number)
    again = order.receipts.filter(pk=number_in(request.GET.get("again", ""))).first()
    about = number_in(request.POST.get("about", "")) or (again.operation_id if again else 0)
    try:
        content, told = content_of(order), receipts.told_of(order, about)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return see_other(order.get_absolute_url())
    may_correct = request.user.has_perm("orders.change_customer")
    form = SendReceiptForm(
        request.POST or None, initial=_begun(order, told, again), may_correct=may_correct
    )
    if form.is_valid() and (receipt := _asked(cast("Staff", request.user), form, order)):
        address = f"\u2066{receipt.address}\u2069"
        messages.success(request, _("The receipt is on its way to %(to)s.") % {"to": address})
        return see_other(order.get_absolute_url())
    context = {"form": form, "order": order, "content": content, "told": told}
    return render(request, "orders/order_send_receipt.html", context)


def _begun(order: Order, told: Operation, again: Receipt | None) -> dict[str, Any]:
    """What the form begins with: the customer's address, or that of a receipt sent ``again``."""
    return {
        "email": again.address if again else order.customer.email,
        "about": told.pk,
        "form_key": new_form_key(),
    }


def _asked(actor: Staff, form: SendReceiptForm, order: Order) -> Receipt | None:
    """The receipt that was written down; otherwise the form says why there is none."""
    typed = form.cleaned_data
    try:
        return receipts.ask(
            actor=actor,
            order=order,
            email=typed["email"],
            form_key=typed["form_key"],
            about=typed["about"] or 0,
            corrects_customer=typed.get("corrects_customer", False),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return None
