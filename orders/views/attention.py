"""What needs a person: open charges, alarms, differences from reports, messages about nothing."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders import counters
from orders.models import Staff
from orders.services.attention import (
    Part,
    alarms,
    closing,
    differences,
    reserved,
    strangers,
    waiting,
)
from orders.services.unlocking import locked_staff
from orders.views.cursor import number

PARTS: dict[str, Callable[..., Part[Any]]] = {
    "waiting": waiting,
    "reserved": reserved,
    "closing": closing,
    "alarms": alarms,
    "differences": differences,
    "strangers": strangers,
}


@permission_required("orders.view_attention", raise_exception=True)
@require_safe
def attention(request: HttpRequest) -> HttpResponse:
    """The page, oldest first. Each list has a cursor of its own in the address."""
    viewer = cast("Staff", request.user)
    context: dict[str, Any] = {
        "locked": locked_staff(viewer),
        "refused_messages": counters.today(counters.MESSAGES),
        "refused_numbers": counters.today(counters.CARD_NUMBERS),
    }
    for name, part_of in PARTS.items():
        after = number(request.GET.get(name, ""))
        part = part_of(viewer, after=after)
        context[name] = part.items
        context[f"{name}_next"] = f"?{name}={part.after}#{name}" if part.after else ""
        context[f"{name}_first"] = f"{request.path}#{name}" if after else ""
    return render(request, "orders/attention.html", context)
