"""One webhook: how it is doing, and what it was told."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders.models import WebhookEndpoint
from orders.services import webhook_messages, webhooks
from orders.states import WebhookState
from orders.views.cursor import address, beside, cursor


@permission_required(webhooks.RIGHT, raise_exception=True)
@require_safe
def webhook_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; ``state`` narrows the messages, nonsense shows all."""
    row = get_object_or_404(WebhookEndpoint.objects.select_related("created_by"), pk=pk)
    state = request.GET.get("state", "")
    state = state if state in WebhookState.values else ""
    page = webhook_messages.page(row, state, **cursor(request.GET))
    choices = [("", None), *WebhookState.choices]
    filters = [
        {"label": label, "url": address(request.path, request.GET, state=value),
         "is_current": value == state}
        for value, label in choices
    ]  # fmt: skip
    problem = webhook_messages.told(row.last_problem) if row.last_problem else ""
    context = {
        "row": row,
        "messages_told": page.rows,
        "filters": filters,
        "state": state,
        "problem": problem,
        **beside(request.path, request.GET, newer=page.newer, older=page.older),
    }
    return render(request, "orders/webhook_detail.html", context)
