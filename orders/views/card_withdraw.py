"""A customer takes back the permission to keep a card."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.errors import Conflict, Refused
from orders.forms.card_withdraw import CardWithdrawForm
from orders.models import Staff, StoredCard
from orders.services import withdrawals
from orders.views.answers import see_other


@permission_required(withdrawals.RIGHT, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def card_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; once it is given a reason, 303 to the customer, whose card is frozen by then."""
    cards = StoredCard.objects.select_related("customer", "consent")
    card = get_object_or_404(cards, pk=pk)
    form = CardWithdrawForm(request.POST or None)
    if form.is_valid() and _withdraw(request, form, card):
        return see_other(card.customer.get_absolute_url())
    return render(request, "orders/card_withdraw.html", {"form": form, "card": card})


def _withdraw(request: HttpRequest, form: CardWithdrawForm, card: StoredCard) -> bool:
    """Whether it is withdrawn, by this act or an earlier one."""
    actor, reason = cast("Staff", request.user), form.cleaned_data["reason"]
    try:
        withdrawals.withdraw(actor=actor, card=card, reason=reason)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
        return True
    except Refused as refusal:
        form.refuse(refusal)
        return False
    messages.success(
        request,
        _("The card is frozen: nothing can be charged to it. The gateway is told to forget it."),
    )
    return True
