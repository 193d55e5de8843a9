"""Revoke an API key: from then on it opens nothing."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Conflict, Refused
from orders.forms.api_key import ApiKeyRevokeForm
from orders.models import ApiKey, Staff
from orders.services import api_keys, new_api_key
from orders.views.answers import see_other


@permission_required(new_api_key.RIGHT, raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def api_key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; once a reason is given 303 to the list."""
    row = get_object_or_404(ApiKey, pk=pk, revoked_at=None)
    form = ApiKeyRevokeForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            api_keys.revoke(actor=cast("Staff", request.user), key=row, reason=reason)
            messages.success(request, _("The key %(name)s opens nothing now.") % {"name": row})
            return see_other(reverse("api-key-list"))
        except Conflict as conflict:
            messages.error(request, str(conflict))
            return see_other(reverse("api-key-list"))
        except Refused as refusal:
            form.refuse(refusal)
    return render(request, "orders/api_key_revoke.html", {"form": form, "row": row})
