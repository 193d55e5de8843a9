"""Record that an order was paid outside the gateway: by cash, cheque or transfer.

How it was paid is chosen first, by a link: so the button can name the act, without a script.
"""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Conflict, Refused
from orders.forms.outside import OutsideForm
from orders.models import Order, OutsidePayment, Staff
from orders.services import outside_payments, paid_outside
from orders.services.ceilings import Over
from orders.services.outside_received import Received
from orders.states import OutsideMethod
from orders.views.answers import see_other
from orders.views.order_page import order_for


@permission_required("orders.record_outside_payment", raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def order_outside(request: HttpRequest, number: str) -> HttpResponse:
    """The choice of how, then the form; once it is recorded 303 to the order."""
    order = order_for(request, number)
    if request.method == "POST" and _was_used(order, request.POST.get("form_key", "")):
        messages.info(request, _("This form was used already. Here is what came of it."))
        return see_other(order.get_absolute_url())
    operations = list(order.operations.order_by("id"))
    standing = OutsidePayment.objects.standing_of(order)
    if why_not := paid_outside.why_not(operations, standing):
        messages.error(request, _("Not possible: %(why)s") % {"why": why_not})
        return see_other(order.get_absolute_url())
    method = _method(request)
    coming = [one.merchant_reference for one in paid_outside.may_still_come(operations)]
    context = {"order": order, "method": method, "methods": OutsideMethod, "coming": coming}
    if method is None:
        return render(request, "orders/order_outside.html", context)
    form = OutsideForm(
        request.POST or None, method=method, amount_minor=order.amount_minor, coming=coming
    )
    over = outside_payments.over(cast("Staff", request.user), order)
    if form.is_valid() and _recorded(request, form, order, method, over):
        return see_other(order.get_absolute_url())
    return render(request, "orders/order_outside.html", context | {"form": form, "over": over})


def _was_used(order: Order, form_key: str) -> bool:
    made = order.outside_payments.filter(form_key=form_key)
    return made.exists() or order.approvals.filter(form_key=form_key).exists()


def _method(request: HttpRequest) -> OutsideMethod | None:
    """How it was paid, as the address says; ``None`` where that is still to be chosen."""
    chosen = request.GET.get("method", "")
    return OutsideMethod(chosen) if chosen in OutsideMethod.values else None


def _recorded(
    request: HttpRequest,
    form: OutsideForm,
    order: Order,
    method: OutsideMethod,
    over: Over | None,
) -> bool:
    """Whether the order's page has the rest to tell: of this act, or of a quicker one."""
    typed = form.cleaned_data
    received = Received(
        form_key=typed["form_key"],
        method=method,
        reference=typed["reference"],
        reason=typed["reason"],
        received_on=form.day,
        amount_minor=typed["amount_minor"],
        beside=form.confirmed,
    )
    if request.POST.get("asks", "") != ("1" if over else ""):
        return False  # the button named the other act; the page names this one now
    act = outside_payments.ask if over else outside_payments.record
    try:
        act(actor=cast("Staff", request.user), order=order, received=received)
    except Conflict as conflict:
        messages.error(request, str(conflict))
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True
