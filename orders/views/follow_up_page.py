"""The page of a capture, a void or a refund: what is left, why, and a button that names the act.

The button names an amount, and only that amount is moved: whoever types a part is first shown it on
the button. Over the person's ceiling it asks for approval instead. Works without a script.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from orders.errors import Conflict, OverCeiling, Refused
from orders.forms.follow_up import FollowUpForm
from orders.models import Operation, Order, OutsidePayment, Staff
from orders.services import allowed, approvals, ceilings, follow_up
from orders.services.ceilings import Over
from orders.services.follow_up import Wish
from orders.services.totals import Sums, sums_of
from orders.states import Kind
from orders.views.answers import see_other
from orders.views.order_page import order_for

SERVICES: dict[Kind, Callable[..., Operation]] = {
    Kind.CAPTURE: follow_up.capture,
    Kind.VOID: follow_up.void,
    Kind.REFUND: follow_up.refund,
}


@dataclass(frozen=True)
class Target:
    """The charge that is acted on, what it stands at, and what the act may move (minor units)."""

    order: Order
    charge: Operation
    sums: Sums
    left_minor: int


def follow_up_page(request: HttpRequest, number: str, kind: Kind, template: str) -> HttpResponse:
    """The form; once its button was pressed 303 to the order, which shows what came of it."""
    order = order_for(request, number)
    if _was_used(order, request.POST.get("form_key", "")):
        messages.info(request, _("This form was used already. Here is what came of it."))
        return see_other(order.get_absolute_url())
    target = _target(request, order, kind)
    if isinstance(target, str):
        messages.error(request, _("Not possible: %(why)s") % {"why": target})
        return see_other(order.get_absolute_url())
    form = FollowUpForm(
        request.POST or None,
        kind=kind,
        left_minor=target.left_minor,
        currency=target.charge.currency,
        is_whole_only=allowed.is_whole_only(kind, target.charge),
    )
    is_valid, over = form.is_valid(), _over(request, form, kind)
    is_agreed = is_valid and _is_agreed(request, form, over)
    if is_agreed and _done(request, form, kind, target, over):
        return see_other(order.get_absolute_url())
    context = {
        "over": _over(request, form, kind),
        "form": form,
        "order": order,
        "charge": target.charge,
        "sums": target.sums,
        "to_check": form.is_bound and form.is_valid(),
    }
    return render(request, template, context)


def _target(request: HttpRequest, order: Order, kind: Kind) -> Target | str:
    """What to act on, or why nothing can be done."""
    operations = list(order.operations.order_by("id"))
    charge = allowed.charge_of(operations, request.GET.get("charge", ""))
    is_paid_outside = OutsidePayment.objects.standing_of(order) is not None
    why_not = allowed.why_not(kind, charge, operations, is_paid_outside=is_paid_outside)
    if charge is None or why_not:
        return why_not
    sums = sums_of(charge, operations)
    return Target(order, charge, sums, sums.left(kind))


def _was_used(order: Order, form_key: str) -> bool:
    made = order.operations.filter(form_key=form_key)
    return made.exists() or order.approvals.filter(form_key=form_key).exists()


def _over(request: HttpRequest, form: FollowUpForm, kind: Kind) -> Over | None:
    """The ceiling that the amount on the button is over."""
    act = follow_up.ACTS.get(kind)
    if act is None:
        return None
    return ceilings.over(
        actor=cast("Staff", request.user),
        act=act,
        amount_minor=form.amount_minor,
        currency=form.currency,
    )


def _is_agreed(request: HttpRequest, form: FollowUpForm, over: Over | None) -> bool:
    """Whether the button that was pressed named this amount, and what would be done with it."""
    named = request.POST.get("agreed_minor"), request.POST.get("asks", "")
    return named == (str(form.amount_minor), "1" if over else "")


def _done(
    request: HttpRequest, form: FollowUpForm, kind: Kind, target: Target, over: Over | None
) -> bool:
    """Whether the order's page has the rest to tell: of this act, or of a quicker one."""
    typed = form.cleaned_data
    wish = Wish(
        form_key=typed["form_key"],
        reason_code=typed["reason_code"],
        reason=typed["reason"],
        customer_note=typed.get("customer_note", ""),
        amount_minor=form.amount_minor,
        left_minor=typed["left_minor"],
        charge=request.GET.get("charge", ""),
    )
    actor = cast("Staff", request.user)
    try:
        if over:
            approvals.ask(actor=actor, order=target.order, kind=kind, wish=wish)
        else:
            SERVICES[kind](actor=actor, order=target.order, wish=wish)
    except OverCeiling as refusal:
        # Another act of this person was quicker: the button asks for approval now.
        form.refuse(refusal)
        return False
    except Conflict as conflict:
        messages.error(request, str(conflict))
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True
