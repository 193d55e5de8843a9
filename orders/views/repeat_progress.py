"""The piece of a repeat run's page that changes while it runs."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.views.repeat_page import progress_of, run_of


@permission_required("orders.view_repeatrun", raise_exception=True)
@require_safe
def repeat_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The same piece that the page includes."""
    return render(request, "orders/_repeat_progress.html", progress_of(run_of(pk)))
