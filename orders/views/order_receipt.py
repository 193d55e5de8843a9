"""The receipt of an order on paper: in the customer's language, as a sheet or as a letter."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from orders.errors import Refused
from orders.models import Order
from orders.services.receipt_content import content_of
from orders.views.answers import see_other
from orders.views.order_page import order_for

LETTER, SHEET = "letter", "sheet"


@permission_required("orders.view_order", raise_exception=True)
@require_safe
def order_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The page to print. ``language`` and ``form`` in the address choose other than the customer's
    language, and than a letter where the customer has no email.
    """
    order = order_for(request, number)
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = order.customer.language
    form = request.GET.get("form", "")
    if form not in {LETTER, SHEET}:
        form = SHEET if order.customer.email else LETTER
    try:
        sheet = _sheet(order, language, is_letter=form == LETTER)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return see_other(order.get_absolute_url())
    context = {
        "order": order,
        "sheet": sheet,
        "language": language,
        "languages": settings.LANGUAGES,
        "form": form,
    }
    return render(request, "orders/order_receipt.html", context)


def _sheet(order: Order, language: str, *, is_letter: bool) -> str:
    """What lies on the paper. Raises ``Refused`` where there is nothing to give a receipt for."""
    with translation.override(language):
        context = {
            "content": content_of(order),
            "order": order,
            "language": language,
            "is_rtl": translation.get_language_bidi(),
            "is_letter": is_letter,
            "merchant_email": settings.MERCHANT_EMAIL,
        }
        return render_to_string("receipts/sheet.html", context)
