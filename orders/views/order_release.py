"""Let go of a charge that stays unknown: two people, a reason, the charge's reference typed."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from orders.forms.release import ReleaseForm
from orders.models import Operation
from orders.services import release
from orders.services.still_open import free_at
from orders.states import CHARGES, Status
from orders.views.answers import see_other
from orders.views.order_page import order_for
from orders.views.second_person import TwoPersonAct, is_settled

TWO = TwoPersonAct(
    release.check,
    release.release,
    messages.WARNING,
    gettext_lazy("The charge was let go of. It may still have happened."),
)


@permission_required("orders.release_order", raise_exception=True)
@sensitive_post_parameters("second_password")
@require_http_methods(["GET", "HEAD", "POST"])
def order_release(request: HttpRequest, number: str) -> HttpResponse:
    """The form; once two people agree 303 to the order, which is free for another charge."""
    order = order_for(request, number)
    charge = order.operations.filter(kind__in=CHARGES, status=Status.UNKNOWN).first()
    if charge is None:
        messages.error(request, _("Only a charge that is not known yet can be let go of."))
        return see_other(order.get_absolute_url())
    form = ReleaseForm(request.POST or None)
    if form.is_valid() and _released(request, form, charge):
        return see_other(order.get_absolute_url())
    context = {"form": form, "order": order, "charge": charge, "free_at": free_at(charge)}
    return render(request, "orders/order_release.html", context)


def _released(request: HttpRequest, form: ReleaseForm, charge: Operation) -> bool:
    """Whether it is settled now, by this act or by an answer that came meanwhile."""
    typed = form.cleaned_data
    return is_settled(
        request,
        form,
        TWO,
        operation=charge,
        typed_reference=typed["typed_reference"],
        reason=typed["reason"],
    )
