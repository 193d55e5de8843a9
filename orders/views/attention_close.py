"""Close an alarm, or a message about nothing here, with a reason."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.errors import Conflict, Refused
from orders.forms.reason import ReasonForm
from orders.models import Event, Evidence, Staff
from orders.services.attend import close_alarm, close_stranger
from orders.services.attention import alarms_of
from orders.services.still_open import open_alarms, open_strangers
from orders.views.answers import see_other


@permission_required(["orders.view_attention", "orders.release_order"], raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def attention_close(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """The form; once a reason is given 303 to the page. What is closed already is not found."""
    viewer = cast("Staff", request.user)
    thing = _open_thing(viewer, what, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            _close(viewer, thing, form.cleaned_data["reason"])
            messages.success(request, _("Closed, with your name and reason."))
            return see_other(reverse("attention"))
        except Conflict as conflict:
            messages.error(request, str(conflict))
            return see_other(reverse("attention"))
        except Refused as refusal:
            form.refuse(refusal)
    return render(request, "orders/attention_close.html", {"form": form, **_shown(thing)})


def _open_thing(viewer: Staff, what: str, pk: int) -> Event | Evidence:
    if what == "alarm":
        return get_object_or_404(open_alarms(viewer).select_related("order"), pk=pk)
    if what == "message":
        return get_object_or_404(open_strangers(), pk=pk)
    raise Http404


def _close(viewer: Staff, thing: Event | Evidence, reason: str) -> None:
    if isinstance(thing, Event):
        close_alarm(actor=viewer, event=thing, reason=reason)
    else:
        close_stranger(actor=viewer, evidence=thing, reason=reason)


def _shown(thing: Event | Evidence) -> dict[str, Any]:
    if isinstance(thing, Event):
        return {"alarm": alarms_of([thing])[0]}
    return {"stranger": thing}
