"""Where the gateway posts what became of operations. Nobody is signed in here; the signature is
the only key, and nothing is changed without it.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders import counters
from orders.gateway import NotTrusted
from orders.services.feedback import receive


@csrf_exempt
@login_not_required
@require_POST
def feedback(request: HttpRequest) -> HttpResponse:
    """200 once the message is committed; 403 for what is not the gateway's; anything the database
    raises becomes a 5xx, so that the gateway sends it again (APS guide, transaction feedback).
    """
    try:
        receive(request.body, request.content_type or "")
    except NotTrusted:
        counters.count(counters.MESSAGES)
        return HttpResponse(status=403)
    return HttpResponse(status=200)
