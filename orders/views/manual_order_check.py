"""What the manual order page asks while somebody types: the amount in words, a reference in use."""

from typing import cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from orders import money
from orders.errors import Refused
from orders.forms.card_choice import CardChoiceForm, stored_card_of
from orders.forms.manual_order import customer_called
from orders.models import Order, Staff
from orders.services import ceilings, rules
from orders.services.near_duplicates import find
from orders.services.words import amount_in_words
from orders.states import Act
from orders.views.near_zone import near_html

VISA = "VISA"


@require_safe
@permission_required("orders.take_order", raise_exception=True)
def manual_order_check(request: HttpRequest) -> JsonResponse:
    """For ``currency`` and ``amount``: ``placeholder``, ``money`` ("KWD 250.500") and ``words``, or
    the ``error``; ``visa`` is why Visa will not take the amount, or "", and ``over`` which limit of
    the asker it is over, or "". For ``reference``: ``error``, and ``url`` of the order that has it,
    where the asker may see it. For ``customer`` or ``card`` with both of them: ``near``, the
    warning about charges that look like it, or "", and ``over`` which limit going on would be over.
    """
    if "customer" in request.GET:
        return JsonResponse(_near(request))
    if "reference" in request.GET:
        return JsonResponse(_reference(request, request.GET["reference"].strip()))
    return JsonResponse(_amount(request))


def _amount(request: HttpRequest) -> dict[str, str]:
    typed, currency = request.GET.get("amount", ""), request.GET.get("currency", "")
    places = money.EXPONENTS.get(currency, 2)
    answer = {"placeholder": money.plain(0, places), "money": "", "words": "", "visa": ""}
    answer["over"] = ""
    try:
        amount_minor = money.parse_amount(typed, currency)
    except Refused as refusal:
        return answer | {"error": str(refusal)}
    return answer | {
        "error": "",
        "money": money.format_money(amount_minor, currency),
        "words": amount_in_words(amount_minor, currency, get_language() or "en"),
        "visa": _visa_refusal(amount_minor, currency),
        "over": _over(request, Act.CHARGE, amount_minor, currency),
    }


def _over(request: HttpRequest, act: Act, amount_minor: int, currency: str) -> str:
    """Which limit of the asker it is over, "" for none."""
    actor = cast("Staff", request.user)
    over = ceilings.over(actor=actor, act=act, amount_minor=amount_minor, currency=currency)
    return str(over or "")


def _near(request: HttpRequest) -> dict[str, str]:
    """What the submit would ask, as far as it can be known by now."""
    asked = request.GET
    customer = customer_called(asked["customer"])
    try:
        amount_minor = money.parse_amount(asked.get("amount", ""), asked.get("currency", ""))
    except Refused:
        return {"near": "", "over": ""}
    card = stored_card_of(customer, asked.get("card", ""))
    found = find(
        customer=customer,
        amount_minor=amount_minor,
        currency=asked["currency"],
        token_name=card.token_name if card else "",
    )
    form = CardChoiceForm()
    form.near = found
    over = _over(request, Act.OVERRIDE, amount_minor, asked["currency"]) if found else ""
    return {"near": near_html(cast("Staff", request.user), form), "over": over}


def _visa_refusal(amount_minor: int, currency: str) -> str:
    try:
        rules.check_gateway_takes(VISA, amount_minor, currency, "")
    except Refused as refusal:
        return str(refusal)
    return ""


def _reference(request: HttpRequest, reference: str) -> dict[str, str]:
    try:
        rules.check_reference(reference)
    except Refused as refusal:
        visible = Order.objects.visible_to(request.user)
        other = visible.filter(reference=reference).first()
        url = reverse("order-detail", args=[other.number]) if other else ""
        return {"error": str(refusal), "url": url}
    return {"error": "", "url": ""}
