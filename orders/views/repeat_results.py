"""The results of a repeat run as a CSV file."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from orders.services import repeat_results as results
from orders.views.repeat_page import run_of


@permission_required("orders.view_repeatrun", raise_exception=True)
@require_safe
def repeat_results(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The file, line by line, as it stands now."""
    run = run_of(pk)
    answer = StreamingHttpResponse(results.lines(run), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{run.number}.csv"'
    return answer
