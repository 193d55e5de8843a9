"""Make a repeat run of what was charged before: a dry run, nothing is charged."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from orders.errors import Refused
from orders.forms.repeat_pick import RepeatPickForm
from orders.models import Staff
from orders.services import repeat_files, repeat_picks
from orders.views.answers import see_other


@permission_required((repeat_files.RIGHT, "orders.view_order"), raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def repeat_pick(request: HttpRequest) -> HttpResponse:
    """The filters; then the run, not started."""
    viewer = cast("Staff", request.user)
    form = RepeatPickForm(request.POST, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        try:
            run = repeat_picks.pick(actor=viewer, filters=form.filters())
            return see_other(run.get_absolute_url())
        except Refused as refusal:
            messages.error(request, str(refusal))
    return render(request, "orders/repeat_pick.html", {"form": form})
