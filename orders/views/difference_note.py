"""Write down what was found out about a difference from the gateway's report."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.errors import Conflict, Refused
from orders.forms.difference_note import DifferenceNoteForm
from orders.models import Staff
from orders.services.attend import note_difference
from orders.services.attention import differing
from orders.services.differences import open_differences
from orders.views.answers import see_other


@permission_required(["orders.view_attention", "orders.charge_order"], raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def difference_note(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; once something is written 303 to the page. A note closes nothing."""
    rows = open_differences().select_related("operation__order", "owner", "noted_by")
    difference = get_object_or_404(rows, pk=pk)
    form = DifferenceNoteForm(request.POST or None)
    if form.is_valid():
        try:
            note_difference(
                actor=cast("Staff", request.user),
                difference=difference,
                note=form.cleaned_data["reason"],
            )
            messages.success(request, _("Noted, with your name."))
            return see_other(reverse("attention") + "#differences")
        except Conflict as conflict:
            messages.error(request, str(conflict))
            return see_other(reverse("attention") + "#differences")
        except Refused as refusal:
            form.refuse(refusal)
    context = {"form": form, "item": differing(difference), "difference": difference}
    return render(request, "orders/difference_note.html", context)
