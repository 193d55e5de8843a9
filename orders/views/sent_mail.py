"""The mail of a practice office, on a page: nothing of it has left this machine."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.services import sent_mail as mails


@permission_required("orders.view_order", raise_exception=True)
@require_safe
def sent_mail(request: HttpRequest) -> HttpResponse:
    """The last mails, newest first; 404 in an office that works."""
    if not mails.is_kept():
        raise Http404
    return render(request, "orders/sent_mail.html", {"mails": mails.newest()})
