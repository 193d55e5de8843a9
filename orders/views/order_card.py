"""The card of an order that exists: another try, and card entry without JavaScript."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from orders.errors import Conflict, Refused
from orders.forms.card_choice import NEW_CARD, CardChoiceForm
from orders.models import Operation, Order, OutsidePayment, Staff
from orders.services import ceilings, charge, near_duplicates, place
from orders.services.card_entry import card_form
from orders.services.paid_outside import charges_nothing
from orders.states import CHARGES, LIVE
from orders.views.answers import (
    onward,
    refused,
    see_other,
    to_order,
    waits_for_card,
    wants_json,
)
from orders.views.card_zone import card_zone
from orders.views.decorators import card_page
from orders.views.near_zone import near_zone

RIGHT = "orders.charge_order"


@card_page
@permission_required(RIGHT, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def order_card(request: HttpRequest, number: str) -> HttpResponse:
    """The choice of a card; or, while a charge waits for a new card, the gateway's own form. An
    order that is charged, being charged or paid outside the gateway is shown instead.
    """
    order = _order(request, number)
    if request.method == "POST":
        return _prepare(request, order)
    outside = OutsidePayment.objects.standing_of(order)
    if outside:
        messages.warning(request, charges_nothing(outside))
        return see_other(order.get_absolute_url())
    live = _live(order)
    if live and not waits_for_card(live):
        return see_other(order.get_absolute_url())
    if live and "another" not in request.GET:
        return _show_entry(request, order, live)
    chosen = _last_choice(order) if request.GET.get("card") == "same" else {}
    form = CardChoiceForm(initial={"form_key": place.new_form_key(), **chosen})
    form.near = near_duplicates.unconfirmed(order)
    return _show_choice(request, order, form)


@permission_required(RIGHT, raise_exception=True)
@require_POST
def order_cancel_card(request: HttpRequest, number: str) -> HttpResponse:
    """Give up a charge that waits for its card; nothing was sent."""
    order = _order(request, number)
    live = _live(order)
    try:
        if live:
            place.cancel(actor=cast("Staff", request.user), operation=live)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    return see_other(order.get_absolute_url())


def _order(request: HttpRequest, number: str) -> Order:
    orders = Order.objects.visible_to(request.user).select_related("customer")
    return get_object_or_404(orders.by_number(number))


def _last_choice(order: Order) -> dict[str, str]:
    """The card chosen last, and who started its charge; one that is not stored has to be typed
    again.
    """
    last = order.operations.filter(kind__in=CHARGES).last()
    if last is None or last.stored_card_id is None:
        return {"card": NEW_CARD}
    card = str(last.stored_card_id)
    return {"card": card, f"started-{card}": last.initiated_by or ""}


def _live(order: Order) -> Operation | None:
    return order.operations.filter(kind__in=CHARGES, status__in=LIVE).first()


def _prepare(request: HttpRequest, order: Order) -> HttpResponse:
    form = CardChoiceForm(request.POST, card_owner=order.customer, order_currency=order.currency)
    if form.is_valid() and "charge" in request.POST:
        try:
            placed = place.prepare_charge(
                actor=cast("Staff", request.user),
                form_key=form.cleaned_data["form_key"],
                order=order,
                stored_card=form.stored_card,
                consent=form.consent(order.source, order.call_reference or order.slip_number),
                confirmation=form.confirmation(),
                initiated_by=form.initiated_by,
            )
            return onward(request, charge.proceed(placed))
        except Conflict as conflict:
            messages.warning(request, str(conflict))
            return to_order(request, order)
        except Refused as refusal:
            form.refuse(refusal)
    if wants_json(request):
        return refused(request, form)
    return _show_choice(request, order, form, status=422)


def _show_choice(
    request: HttpRequest, order: Order, form: CardChoiceForm, *, status: int = 200
) -> HttpResponse:
    actor = cast("Staff", request.user)
    over = ceilings.over_charge(
        actor=actor,
        amount_minor=order.amount_minor,
        currency=order.currency,
        is_override=bool(form.near),
    )
    context = {
        "order": order,
        "form": form,
        "over": str(over or ""),
        "chosen_card": form["card"].value() or "",
        "new_card": NEW_CARD,
        **near_zone(actor, form.near),
        **card_zone(order.customer, form),
    }
    return render(request, "orders/order_card.html", context, status=status)


def _show_entry(request: HttpRequest, order: Order, operation: Operation) -> HttpResponse:
    card = card_form(operation, language=get_language() or "en")
    context = {"order": order, "operation": operation, "card": card}
    return render(request, "orders/order_card_entry.html", context)
