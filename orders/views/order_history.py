"""The order history: search, filters, and a page of orders, newest first."""

from typing import cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.forms.history import ANY_TIME, HistoryForm
from orders.models import Staff
from orders.services import history
from orders.services.history import HistoryRow
from orders.services.pages import Page
from orders.views.cursor import address, beside, cursor
from orders.views.order_rows import order_rows


@permission_required("orders.view_order", raise_exception=True)
@require_safe
def order_history(request: HttpRequest) -> HttpResponse:
    """The page. A wrong filter shows its sentence and no orders, rather than the wrong ones."""
    viewer = cast("Staff", request.user)
    form = HistoryForm(request.GET, viewer=viewer)
    page: Page[HistoryRow] = Page([])
    if form.is_valid():
        page = history.page(form.filters(), viewer, **cursor(request.GET))
    context = {
        "form": form,
        "rows": order_rows(page.rows),
        **beside(request.path, request.GET, newer=page.newer, older=page.older),
        "chips": _chips(form, request),
        "any_time_url": f"{request.path}?period={ANY_TIME}",
        "is_any_time": form.data["period"] == ANY_TIME,
    }
    return render(request, "orders/order_history.html", context)


def _chips(form: HistoryForm, request: HttpRequest) -> list[dict[str, str]]:
    """What narrows the list now: ``label``, ``value``, and the ``url`` without it."""
    chips = []
    for name, field in form.fields.items():
        typed = request.GET.get(name, "").strip()
        if not typed or name == "period" or name in form.errors:
            continue
        chosen = dict(getattr(field, "choices", []))
        value = str(form.cleaned_data.get(name) if name == "agent" else chosen.get(typed, typed))
        url = address(request.path, request.GET, **{name: ""})
        chips.append({"label": str(field.label), "value": value, "url": url})
    return chips
