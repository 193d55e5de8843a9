"""Decide one request for approval; who asked for it may take it back here."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Conflict, Refused
from orders.forms.decision import DecisionForm
from orders.models import ApprovalRequest, Order, Staff
from orders.services import approvals
from orders.services.ceilings import limit_words
from orders.services.result_of_request import why
from orders.services.totals import sums_of
from orders.services.waiting_approvals import RIGHT
from orders.states import NOT_APPROVED, Act, ApprovalStatus, Kind, OutsideMethod
from orders.views.answers import see_other


@permission_required("orders.view_order", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_approval(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The page; once it was decided 303 to the order. Who may decide types the password again."""
    viewer = cast("Staff", request.user)
    asked = _asked(viewer, number, pk)
    decides = asked.requested_by_id != viewer.pk and viewer.has_perm(RIGHT)
    if decides and (asked.is_pending or request.method == "POST"):
        return _decide(request, asked)
    if "withdraw" in request.POST:
        return _withdraw(request, asked)
    return _show(request, asked, DecisionForm())


def _asked(viewer: Staff, number: str, pk: int) -> ApprovalRequest:
    """The request, or 404 unless the viewer may approve, asked for it, or may see its order."""
    rows = ApprovalRequest.objects.select_related(
        "order__customer", "operation", "requested_by", "decided_by"
    )
    asked = get_object_or_404(rows, pk=pk, order__in=Order.objects.by_number(number))
    if viewer.has_perm(RIGHT) or asked.requested_by_id == viewer.pk:
        return asked
    if not Order.objects.visible_to(viewer).filter(pk=asked.order_id).exists():
        raise Http404
    return asked


@reauthentication_required(app=MONEY)
def _decide(request: HttpRequest, asked: ApprovalRequest) -> HttpResponse:
    form = DecisionForm(request.POST or None)
    if form.is_valid() and _decided(request, asked, form):
        return see_other(asked.order.get_absolute_url())
    return _show(request, asked, form)


def _decided(request: HttpRequest, asked: ApprovalRequest, form: DecisionForm) -> bool:
    """Whether it is decided now, by this act or by a quicker one."""
    actor = cast("Staff", request.user)
    try:
        if "approve" in request.POST:
            approvals.approve(actor=actor, request=asked)
            messages.success(request, _("Approved. See below what came of it."))
        elif "refuse" in request.POST:
            approvals.refuse(actor=actor, request=asked, reason=form.cleaned_data["reason"])
            messages.success(request, _("Refused. What was reserved for it is let go of."))
        else:
            return False
    except Conflict as conflict:
        messages.error(request, str(conflict))
        return not _still_waits(asked)
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True


def _still_waits(asked: ApprovalRequest) -> bool:
    asked.refresh_from_db()
    return asked.is_pending


def _withdraw(request: HttpRequest, asked: ApprovalRequest) -> HttpResponse:
    try:
        approvals.withdraw(actor=cast("Staff", request.user), request=asked)
        messages.success(request, _("Taken back. What was reserved for it is let go of."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see_other(asked.order.get_absolute_url())


def _show(request: HttpRequest, asked: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    viewer = cast("Staff", request.user)
    operations = list(asked.order.operations.order_by("id"))
    charge = next((one for one in operations if one.merchant_reference == asked.charge), None)
    is_own, is_outside = asked.requested_by_id == viewer.pk, asked.act == Act.OUTSIDE
    context = {
        "form": form,
        "asked": asked,
        "order": asked.order,
        "charge": charge,
        "sums": sums_of(charge, operations) if charge else None,
        "limit": limit_words(asked),
        "why": why(asked) if asked.status in NOT_APPROVED else "",
        "why_not": approvals.why_not_by(viewer, asked) if viewer.has_perm(RIGHT) else "",
        "may_decide": asked.is_pending and not approvals.why_not_by(viewer, asked),
        "may_withdraw": asked.is_pending and is_own,
        "paid_by": OutsideMethod(asked.details["method"]).label if is_outside else "",
        "is_only_reserved": asked.order.wants == Kind.AUTHORIZATION,
        "is_approved": asked.status == ApprovalStatus.APPROVED,
    }
    return render(request, "orders/order_approval.html", context)
