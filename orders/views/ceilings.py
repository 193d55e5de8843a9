"""How much each role may move by itself. Changed by two people."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from orders import money
from orders.errors import Refused
from orders.forms.ceilings import CeilingsForm
from orders.models import Ceiling, Staff
from orders.roles import role_words
from orders.services import ceiling_changes
from orders.views.answers import see_other
from orders.views.second_person import second_of

ASKED_FOR = ("group", "currency", "act")


@permission_required("orders.view_ceiling", raise_exception=True)
@sensitive_post_parameters("second_password")
@require_http_methods(["GET", "HEAD", "POST"])
def ceilings(request: HttpRequest) -> HttpResponse:
    """The list, and for who may change it a form that two people fill in."""
    may_change = request.user.has_perm(ceiling_changes.RIGHT)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = CeilingsForm(request.POST or None, initial=_initial(request))
    if form.is_valid() and _changed(request, form):
        return see_other(request.path)
    rows = Ceiling.objects.select_related("group")
    context = {
        "form": form if may_change else None,
        "rows": [(row, role_words(row.group.name)) for row in rows],
    }
    return render(request, "orders/ceilings.html", context)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """The row that "Change" was pressed for."""
    asked = {name: request.GET.get(name, "") for name in ASKED_FOR}
    if not asked["group"].isdecimal():
        return {}
    row = Ceiling.objects.filter(
        group_id=asked["group"][:18], currency=asked["currency"], act=asked["act"]
    ).first()
    if row is None:
        return {}
    return asked | {
        "per_act": _typed(row.per_act_minor, row.currency),
        "per_day": _typed(row.per_day_minor, row.currency),
    }


def _typed(amount_minor: int | None, currency: str) -> str:
    if not amount_minor:
        return "" if amount_minor is None else "0"
    return money.plain(amount_minor, money.exponent(currency))


def _changed(request: HttpRequest, form: CeilingsForm) -> bool:
    actor, typed = cast("Staff", request.user), form.cleaned_data
    try:
        ceiling_changes.check(actor=actor, currency=typed["currency"], act=typed["act"])
        ceiling_changes.change(
            actor=actor,
            second_person=second_of(request, typed["second_username"], typed["second_password"]),
            group=typed["group"],
            currency=typed["currency"],
            act=typed["act"],
            per_act_minor=form.per_act_minor,
            per_day_minor=form.per_day_minor,
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("Changed as you both agreed."))
    return True
