"""The HTML part of a mail of a practice office, by itself, as a mail program shows it."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orders.services import sent_mail
from orders.views.decorators import mail_part


@mail_part
@permission_required("orders.view_order", raise_exception=True)
@require_safe
def sent_mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The part, which may run and fetch nothing; 404 where there is none, or no practice."""
    mail = sent_mail.called(key) if sent_mail.is_kept() else None
    if mail is None or not mail.html:
        raise Http404
    return HttpResponse(mail.html)
