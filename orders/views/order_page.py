"""What the page of an order shows, for the page itself and for the piece of it that renews itself.

Reads only; who may press what is asked here once and again by the views that act.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import awaited, clock
from orders.models import ApprovalRequest, Evidence, Operation, Order, OutsidePayment, Staff
from orders.services import allowed, approvals, outside_payments, paid_outside, waiting_approvals
from orders.services.explain import explain
from orders.services.follow_up import RIGHTS
from orders.services.near_duplicates import NearDuplicate, unconfirmed
from orders.services.result import Result
from orders.services.result_of_order import result_of, warnings_of
from orders.services.result_of_request import waits_beside
from orders.services.still_open import settles_from
from orders.services.timeline import timeline
from orders.services.totals import open_duplicates
from orders.states import Kind, Status
from orders.views.again import again_zone
from orders.views.near_zone import near_zone

MOST_EVENTS = 200
CAME_BACK_S = 120
_LABELS = {
    Kind.CAPTURE: gettext_lazy("Capture…"),
    Kind.VOID: gettext_lazy("Void…"),
    Kind.REFUND: gettext_lazy("Refund…"),
}


@dataclass(frozen=True)
class Act:
    """A button of the order: what it does and where, or why it cannot be pressed now. ``style`` is
    the end of its class.
    """

    label: str | Promise
    url: str = ""
    why_not: str = ""
    style: str = "outline-danger"


@dataclass(frozen=True)
class Row:
    """An operation with the plain meaning of its code and the seconds the gateway took."""

    operation: Operation
    meaning: str | Promise
    seconds: float | None


def order_for(request: HttpRequest, number: str) -> Order:
    """The order called ``number``, or 404 unless this person may see it."""
    orders = Order.objects.visible_to(request.user).by_number(number)
    return get_object_or_404(orders.select_related("customer", "taken_by", "paid_by"))


def operations_of(order: Order) -> QuerySet[Operation]:
    """The operations of ``order`` with their people, oldest first."""
    return order.operations.select_related("actor", "approver").order_by("id")


def order_page(request: HttpRequest, order: Order) -> dict[str, Any]:
    """The context of ``orders/_order.html``: order, result, warnings, rows, entries, money, and
    ``asked``, the requests that wait for a second person.
    """
    operations = list(operations_of(order))
    payments = list(order.outside_payments.select_related("recorded_by", "taken_back_by"))
    standing = paid_outside.standing(payments)
    asked = list(waiting_approvals.waiting_for(order))
    result = result_of(order, operations, standing)
    if not result.is_open:
        awaited.forget(request, order.pk)
    near = _near(result)
    events = order.events.select_related("actor").order_by("-position")[:MOST_EVENTS]
    return {
        "order": order,
        "result": result,
        "acts": [
            *_decisions(request, order, asked),
            *_acts(request, order, operations, is_paid_outside=standing is not None),
            *_outside_acts(request, order, operations, standing),
        ],
        "asked": asked,
        "warnings": warnings_of(operations, standing) + _waiting_beside(result, asked),
        "outside_payments": payments,
        "paid_outside": standing.method if standing else "",
        "rows": [_row(one) for one in reversed(operations)],
        "entries": timeline(events),
        "receipts": order.receipts.select_related("operation", "made_by").order_by("-id"),
        "may_have_receipt": order.captured_minor > 0,
        "held_minor": order.authorized_minor - order.captured_minor,
        "goes_on": not near and _goes_on(request, result),
        "is_quiet": not result.is_fresh,
        **again_zone(request, order, operations),
        **near_zone(cast("Staff", request.user), near),
    }


def _waiting_beside(result: Result, asked: list[ApprovalRequest]) -> list[str]:
    """A sentence for every request that waits and that the result does not tell of. A charge that
    is not reserved yet tells of itself.
    """
    others = [one for one in asked if result.request is None or one.pk != result.request.pk]
    return [
        waits_beside(one)
        for one in others
        if one.operation is None or one.operation.status == Status.APPROVED
    ]


def _near(result: Result) -> list[NearDuplicate]:
    """What has to be confirmed before the charge is sent, where it can be sent at all."""
    if result.operation and (result.may_charge or result.may_send_again):
        return unconfirmed(result.operation.order, result.operation.token_name)
    return []


def _decisions(request: HttpRequest, order: Order, asked: list[ApprovalRequest]) -> Iterator[Act]:
    """The way to every request that waits, for who may decide it or asked for it."""
    viewer = cast("Staff", request.user)
    for one in asked:
        words = {"what": one.get_act_display()}
        url = reverse("order-approval", args=[order.number, one.pk])
        if not approvals.why_not_by(viewer, one):
            yield Act(_("Decide: %(what)s…") % words, url, style="primary")
        elif one.requested_by_id == viewer.pk:
            yield Act(_("Your request: %(what)s…") % words, url, style="outline-secondary")


def _acts(
    request: HttpRequest, order: Order, operations: list[Operation], *, is_paid_outside: bool
) -> Iterator[Act]:
    """What this person may do with the order's money now, and why not where that is not so."""
    charge = allowed.charge_of(operations)
    kinds = [kind for kind, right in RIGHTS.items() if request.user.has_perm(right)]
    refused: dict[str, list[str]] = {}
    for kind in kinds if charge else []:
        if why_not := allowed.why_not(kind, charge, operations, is_paid_outside=is_paid_outside):
            refused.setdefault(why_not, []).append(str(_LABELS[kind]))
        else:
            style = "outline-secondary" if kind == Kind.CAPTURE else "outline-danger"
            yield Act(_LABELS[kind], reverse(f"order-{kind}", args=[order.number]), style=style)
    for why_not, labels in refused.items():
        yield Act(" ".join(labels), why_not=why_not)
    for duplicate in open_duplicates(operations):
        kind = Kind.VOID if duplicate.kind == Kind.AUTHORIZATION else Kind.REFUND
        if kind in kinds and not allowed.why_not(kind, duplicate, operations):
            url = reverse(f"order-{kind}", args=[order.number])
            label = _("Give back %(reference)s…") % {"reference": f"\u2066{duplicate}\u2069"}
            yield Act(label, f"{url}?charge={duplicate.merchant_reference}")
    if request.user.has_perm("orders.release_order"):
        for one in operations:
            moment = settles_from(one)
            if moment and moment <= clock.now():
                label = _("Settle %(reference)s…") % {"reference": f"\u2066{one}\u2069"}
                url = reverse("order-settle", args=[order.number, one.pk])
                yield Act(label, url, style="outline-secondary")


def _outside_acts(
    request: HttpRequest,
    order: Order,
    operations: list[Operation],
    standing: OutsidePayment | None,
) -> Iterator[Act]:
    """Recording a payment outside the gateway, or taking back the one that stands."""
    if not request.user.has_perm(outside_payments.RIGHT):
        return
    if standing:
        url = reverse("order-outside-back", args=[order.number, standing.pk])
        yield Act(_("Take the payment back…"), url)
        return
    why_not = paid_outside.why_not(operations, standing)
    url = "" if why_not else reverse("order-outside", args=[order.number])
    yield Act(_("Record outside payment…"), url, why_not, style="outline-secondary")


def _row(operation: Operation) -> Row:
    code = operation.response_code
    sent, settled = operation.submitted_at, operation.settled_at
    return Row(
        operation=operation,
        meaning=explain(code).title if code else "",
        seconds=(settled - sent).total_seconds() if sent and settled else None,
    )


def _goes_on(request: HttpRequest, result: Result) -> bool:
    """Whether the charge goes on by itself: its own agent is just back from the card's form."""
    operation = result.operation
    if operation is None or not result.may_charge or operation.actor_id != request.user.pk:
        return False
    since = clock.now() - timedelta(seconds=CAME_BACK_S)
    return operation.evidence.filter(
        source=Evidence.Source.CARD_RETURN, received_at__gte=since
    ).exists()
