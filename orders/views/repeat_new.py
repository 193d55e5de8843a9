"""Make a repeat run from a file: a dry run, nothing is charged."""

from typing import cast

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from orders.errors import Refused
from orders.forms.repeat_new import RepeatNewForm
from orders.models import Staff
from orders.services import repeat_files
from orders.views.answers import see_other


@permission_required(repeat_files.RIGHT, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def repeat_new(request: HttpRequest) -> HttpResponse:
    """The form; then the run, not started. The tripwire has read the file before."""
    is_sent = request.method == "POST"
    form = RepeatNewForm(request.POST, request.FILES) if is_sent else RepeatNewForm()
    if is_sent and form.is_valid():
        sheet = form.cleaned_data["sheet"]
        try:
            run = repeat_files.upload(
                actor=cast("Staff", request.user), name=sheet.name, data=sheet.read()
            )
            return see_other(run.get_absolute_url())
        except Refused as refusal:
            form.refuse(refusal)
    return render(request, "orders/repeat_new.html", {"form": form})
