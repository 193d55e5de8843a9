"""A repeat run: what its dry run found, how far it is, and what came of its rows."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orders.views.repeat_page import run_of, shown


@permission_required("orders.view_repeatrun", raise_exception=True)
@require_safe
def repeat_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page. While the run is open its script asks for ``repeat-progress``."""
    return shown(request, run_of(pk))
