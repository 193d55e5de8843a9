"""Requests for approval: what waits for a second person, and what became of one's own."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from orders.models import ApprovalRequest, Staff
from orders.services import approvals as decisions
from orders.services import waiting_approvals
from orders.services.ceilings import limit_words
from orders.services.result_of_request import why
from orders.states import NOT_APPROVED
from orders.views.cursor import beside, cursor

PAGE_SIZE = 50


@dataclass(frozen=True)
class Row:
    """A request with the ceiling it is over, the page where it is decided or looked at, whether the
    viewer may decide it, and why it was not approved, "" where that is not so.
    """

    request: ApprovalRequest
    limit: str
    url: str
    may_decide: bool
    why: str


@permission_required("orders.view_order", raise_exception=True)
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, as far as it concerns the viewer, and the viewer's own decided."""
    viewer = cast("Staff", request.user)
    after = cursor(request.GET).get("after", 0)
    found = list(waiting_approvals.pending(viewer).filter(pk__gt=after)[: PAGE_SIZE + 1])
    more = found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None
    context = {
        "waiting": [_row(viewer, one) for one in found[:PAGE_SIZE]],
        "own": [_row(viewer, one) for one in waiting_approvals.own(viewer)],
        **beside(request.path, request.GET, newer=more, older=None),
    }
    return render(request, "orders/approvals.html", context)


def _row(viewer: Staff, asked: ApprovalRequest) -> Row:
    return Row(
        request=asked,
        limit=limit_words(asked),
        url=reverse("order-approval", args=[asked.order.number, asked.pk]),
        may_decide=asked.is_pending and not decisions.why_not_by(viewer, asked),
        why=why(asked) if asked.status in NOT_APPROVED else "",
    )
