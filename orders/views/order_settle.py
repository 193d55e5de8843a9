"""Settle what no program can: two people, what they saw in the gateway's books, a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from orders.forms.settle import HAPPENED, SettleForm
from orders.models import Operation
from orders.services import settle
from orders.services.still_open import settles_from
from orders.states import Status
from orders.views.answers import see_other
from orders.views.order_page import order_for
from orders.views.second_person import TwoPersonAct, is_settled

TWO = TwoPersonAct(
    settle.check, settle.settle, messages.SUCCESS, gettext_lazy("Settled as you both saw it.")
)


@permission_required("orders.release_order", raise_exception=True)
@sensitive_post_parameters("second_password")
@require_http_methods(["GET", "HEAD", "POST"])
def order_settle(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The form; once two people agree 303 to the order, which stands by what they saw."""
    order = order_for(request, number)
    operation = get_object_or_404(order.operations.select_related("parent"), pk=pk)
    moment = settles_from(operation)
    if moment is None:
        messages.error(request, _("There is nothing to settle here."))
        return see_other(order.get_absolute_url())
    is_proven = operation.status == Status.APPROVED
    form = SettleForm(request.POST or None, is_proven=is_proven)
    if form.is_valid() and _settled(request, form, operation):
        return see_other(order.get_absolute_url())
    context = {"form": form, "order": order, "operation": operation, "settles_from": moment}
    return render(request, "orders/order_settle.html", context)


def _settled(request: HttpRequest, form: SettleForm, operation: Operation) -> bool:
    """Whether it is settled now, by this act or by an answer that came meanwhile."""
    typed = form.cleaned_data
    return is_settled(
        request,
        form,
        TWO,
        operation=operation,
        happened=typed["said"] == HAPPENED,
        seen_fort_id=typed["seen_fort_id"],
        reason=typed["reason"],
    )
