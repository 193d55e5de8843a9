"""Put a new key in place of the present one, with an overlap so that nothing stands still."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Refused
from orders.forms.api_key import ApiKeyRotateForm
from orders.models import ApiKey, Staff
from orders.services import api_keys, new_api_key
from orders.views.answers import see_other


@permission_required(new_api_key.RIGHT, raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("key")
def api_key_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; then the new key, shown once. The form names the key it was made for, so that the
    same form again makes no third one.
    """
    row = get_object_or_404(ApiKey, pk=pk, revoked_at=None)
    form = ApiKeyRotateForm(request.POST or None)
    if form.is_valid():
        try:
            key = api_keys.rotate(
                actor=cast("Staff", request.user),
                key=row,
                overlap_h=form.cleaned_data["overlap_h"],
                present=request.POST.get("present", ""),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return see_other(reverse("api-key-list"))
        row.refresh_from_db()
        return render(request, "orders/api_key_rotate_done.html", {"row": row, "key": key})
    return render(request, "orders/api_key_rotate.html", {"form": form, "row": row})
