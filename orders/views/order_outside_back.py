"""Take back a payment outside the gateway that did not come about: a cheque that bounced."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Conflict, Refused
from orders.forms.reason import ReasonForm
from orders.models import OutsidePayment, Staff
from orders.services.outside_payments import take_back
from orders.views.answers import see_other
from orders.views.order_page import order_for


@permission_required("orders.record_outside_payment", raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def order_outside_back(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The form; once a reason is given 303 to the order, which stands as if it had not come."""
    order = order_for(request, number)
    payments = order.outside_payments.select_related("recorded_by")
    payment = get_object_or_404(payments, pk=pk)
    if payment.taken_back_at:
        messages.info(request, _("This payment was taken back already."))
        return see_other(order.get_absolute_url())
    form = ReasonForm(request.POST or None)
    if form.is_valid() and _taken_back(request, form, payment):
        return see_other(order.get_absolute_url())
    context = {"form": form, "order": order, "payment": payment}
    return render(request, "orders/order_outside_back.html", context)


def _taken_back(request: HttpRequest, form: ReasonForm, payment: OutsidePayment) -> bool:
    """Whether the order's page has the rest to tell: of this act, or of a quicker one."""
    try:
        reason = form.cleaned_data["reason"]
        take_back(actor=cast("Staff", request.user), payment=payment, reason=reason)
        messages.warning(request, _("Taken back. That payment does not count any more."))
    except Conflict as conflict:
        messages.error(request, str(conflict))
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True
