"""News of charges that were left before their outcome was known. Every page asks by itself."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from orders.awaited import forget, look
from orders.views.cursor import number


@permission_required("orders.charge_order", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def awaited(request: HttpRequest) -> HttpResponse:
    """The piece of a page that holds the news. With an ``order`` posted, 204: that one was seen."""
    if request.method == "POST":
        forget(request, number(request.POST.get("order", "")))
        return HttpResponse(status=204)
    return render(request, "orders/_awaited.html", {"awaited": look(request)})
