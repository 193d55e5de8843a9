"""The manual order: one page that takes an order and charges or reserves it."""

from typing import Any, cast

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders import money, typed_work
from orders.errors import Refused
from orders.forms.card_choice import NEW_CARD
from orders.forms.manual_order import (
    ManualOrderForm,
    chosen_fields,
    copied_fields,
    customer_called,
)
from orders.models import Customer, Operation, Order, Staff
from orders.services import ceilings, charge, customers, place
from orders.views.answers import onward, refused, wants_json
from orders.views.card_zone import card_zone
from orders.views.decorators import card_page
from orders.views.near_zone import near_zone

TICK = "send_receipts"  # a box that begins ticked: a browser sends nothing for one without a tick
RIGHTS = ["orders.take_order", "orders.charge_order"]


@card_page
@permission_required(RIGHTS, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def manual_order(request: HttpRequest) -> HttpResponse:
    """The page; with ``charge`` pressed, the order. Any other submit shows what was typed again."""
    if request.method != "POST":
        return _show(request, ManualOrderForm(initial=_fresh(request)))
    again_of = _copied(request, request.POST.get("again", ""))
    is_charge = "charge" in request.POST
    if not is_charge and not wants_json(request):
        return _show(request, ManualOrderForm(initial=_typed(request)))
    form = ManualOrderForm(request.POST)
    if form.is_valid() and is_charge:
        operation = _take(cast("Staff", request.user), form, again_of)
        if operation:
            return onward(request, operation)
    if wants_json(request):
        return refused(request, form)
    return _show(request, form, status=422)


def _take(actor: Staff, form: ManualOrderForm, again_of: Order | None) -> Operation | None:
    """The order's charge as far as it could be brought; ``None`` when the form was refused."""
    new_order = form.new_order(again_of)
    reference = new_order.call_reference or new_order.slip_number
    try:
        placed = place.place_order(
            actor=actor,
            form_key=form.cleaned_data["form_key"],
            new_order=new_order,
            stored_card=form.stored_card,
            consent=form.consent(new_order.source, reference),
            confirmation=form.confirmation(),
            initiated_by=form.initiated_by,
        )
    except Refused as refusal:
        form.refuse(refusal)
        _name_order_made(actor, form)
        return None
    # At once: a stored card's charge is claimed, and whatever failed before would leave it unsent.
    operation = charge.proceed(placed)
    if actor.last_source != new_order.source:
        actor.last_source = new_order.source
        actor.save(update_fields=["last_source"])
    return operation


def _name_order_made(actor: Staff, form: ManualOrderForm) -> None:
    """Link the order that this form made before its answer was lost and something was changed."""
    made = Order.objects.visible_to(actor).filter(
        operations__form_key=form.cleaned_data["form_key"]
    )
    for order in made:
        sentence = _("See what became of %(number)s first.") % {"number": order.number}
        form.add_error(None, format_html('<a href="{}">{}</a>', order.get_absolute_url(), sentence))


def _fresh(request: HttpRequest) -> dict[str, str]:
    """What a form begins with: nothing, an order to copy, a customer or one of their cards named in
    the address, or what was typed before the session ended.
    """
    asked, typed = request.GET, typed_work.take(request)
    if typed:
        typed.setdefault(TICK, "")
    return {
        "form_key": place.new_form_key(),
        "source": cast("Staff", request.user).last_source,
        "customer": asked.get("customer", ""),
        **copied_fields(_copied(request, asked.get("again", ""))),
        **chosen_fields(asked.get("card", ""), asked.get("started", "")),
        **typed,
    }


def _copied(request: HttpRequest, number: str) -> Order | None:
    """The order to charge again; 404 where this person may not see it."""
    orders = Order.objects.visible_to(request.user).select_related("customer")
    return get_object_or_404(orders.by_number(number)) if number else None


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was typed so far, with the customer just chosen, or none of them any more."""
    typed = {TICK: ""} | {name: request.POST.get(name, "") for name in request.POST}
    if "choose" in typed:
        typed |= {"customer": typed["choose"], "card": "", "customer_search": "", TICK: "on"}
    return typed


def _show(request: HttpRequest, form: ManualOrderForm, *, status: int = 200) -> HttpResponse:
    customer = customer_called(str(form["customer"].value() or ""))
    looked_for = str(form["customer_search"].value() or "")
    zone = card_zone(customer, form)
    has_choice = any(not shown.why_not for shown in zone["cards"])
    actor = cast("Staff", request.user)
    context = {
        "form": form,
        "over": _over(actor, form),
        "customer": customer,
        "customer_facts": _facts(customer) if customer else {},
        "looked_for": looked_for,
        "again_of": _copied(request, str(form["again"].value() or "")),
        "found": customers.find(looked_for) if looked_for and not customer else [],
        "chosen_card": form["card"].value() or ("" if has_choice else NEW_CARD),
        "new_card": NEW_CARD,
        **zone,
        **near_zone(actor, form.near),
    }
    return render(request, "orders/manual_order.html", context, status=status)


def _over(actor: Staff, form: ManualOrderForm) -> str:
    """Which limit of the person the amount typed so far is over, "" for none."""
    currency = str(form["currency"].value() or "")
    try:
        amount_minor = money.parse_amount(str(form["amount"].value() or ""), currency)
    except Refused:
        return ""
    over = ceilings.over_charge(
        actor=actor, amount_minor=amount_minor, currency=currency, is_override=bool(form.near)
    )
    return str(over or "")


def _facts(customer: Customer) -> dict[str, Any]:
    """``orders`` and ``last`` (a time or ``None``) of a customer."""
    return customer.orders.aggregate(orders=Count("pk"), last=Max("taken_at"))
