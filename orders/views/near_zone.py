"""The warning about charges that look like the one wanted, on every page that charges."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from orders.forms.card_choice import FORM_ID, CardChoiceForm
from orders.models import Operation, Order, Staff
from orders.services.near_duplicates import RIGHT, Confirmation, NearDuplicate


@dataclass(frozen=True)
class Shown:
    """A near-duplicate as ``viewer`` may see it: ``url`` is "" where the order is not theirs."""

    near: NearDuplicate
    url: str

    @property
    def operation(self) -> Operation:
        """The charge that looks like the one wanted."""
        return self.near.operation


def near_zone(viewer: Staff, found: list[NearDuplicate]) -> dict[str, Any]:
    """``near``, a line for each; ``near_seen``, what the form says was shown; ``near_is_open`` and
    ``near_is_closed``: a stronger warning, and one that the viewer may not pass.
    """
    orders = {one.operation.order_id for one in found}
    mine = set(
        Order.objects.visible_to(viewer).filter(pk__in=orders).values_list("pk", flat=True)
        if orders
        else ()
    )
    is_open = any(one.is_open for one in found)
    return {
        "near": [_shown(one, mine) for one in found],
        "near_seen": " ".join(one.key for one in found),
        "near_is_open": is_open,
        "near_is_closed": is_open and not viewer.has_perm(RIGHT),
    }


def near_html(viewer: Staff, form: CardChoiceForm) -> str:
    """The warning of ``form`` as a piece of the page, "" where there is none."""
    if not form.near:
        return ""
    context = {"form": form, "near_form": FORM_ID, **near_zone(viewer, form.near)}
    return render_to_string("orders/_near_duplicates.html", context)


def confirmation_of(request: HttpRequest) -> Confirmation:
    """The reason and what was shown, from the form of an order's page."""
    seen = frozenset(request.POST.get("seen", "").split())
    return Confirmation(request.POST.get("reason", ""), seen)


def _shown(one: NearDuplicate, mine: set[int]) -> Shown:
    order = one.operation.order
    return Shown(one, order.get_absolute_url() if order.pk in mine else "")
