"""Let somebody charge again who was locked because too many cards were refused."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.errors import Conflict, Refused
from orders.forms.reason import ReasonForm
from orders.models import Staff
from orders.services.unlocking import locked_staff, refused_last, unlock_charging
from orders.views.answers import see_other


@permission_required(["orders.view_attention", "orders.unlock_charging"], raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def attention_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; once a reason is given 303 to the page. Who is not locked is not found."""
    viewer = cast("Staff", request.user)
    person = get_object_or_404(locked_staff(viewer), pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            unlock_charging(actor=viewer, person=person, reason=form.cleaned_data["reason"])
            messages.success(request, _("%(person)s may charge again.") % {"person": person})
            return see_other(reverse("attention"))
        except Conflict as conflict:
            messages.error(request, str(conflict))
            return see_other(reverse("attention"))
        except Refused as refusal:
            form.refuse(refusal)
    context = {"form": form, "person": person, "refused": refused_last(viewer, person)}
    return render(request, "orders/attention_unlock.html", context)
