"""Make an API key. It is shown on the answer to the form, and never again."""

from functools import partial
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Refused
from orders.forms.api_key import ApiKeyForm
from orders.models import ApiKey, Staff
from orders.services import api_keys, new_api_key
from orders.views.second_person import second_of


@permission_required(new_api_key.RIGHT, raise_exception=True)
@reauthentication_required(app=MONEY)
@sensitive_post_parameters("second_password")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("key")
def api_key_new(request: HttpRequest) -> HttpResponse:
    """The form; then the key. No redirect: the key would have to be kept somewhere on its way. The
    same form again finds the name in use.
    """
    form = ApiKeyForm(request.POST or None)
    if form.is_valid():
        try:
            row, key = _made(request, form)
            return render(request, "orders/api_key_new_made.html", {"row": row, "key": key})
        except Refused as refusal:
            form.refuse(refusal)
    return render(request, "orders/api_key_new.html", {"form": form})


def _made(request: HttpRequest, form: ApiKeyForm) -> tuple[ApiKey, str]:
    """The row and the key."""
    return api_keys.make(
        actor=cast("Staff", request.user),
        new_key=form.new_key(),
        second_person=partial(_second, request, form.cleaned_data),
    )


@sensitive_variables("typed")
def _second(request: HttpRequest, typed: dict[str, Any]) -> Staff | None:
    """Who agrees, or ``None`` where nobody was named."""
    if not typed["second_username"]:
        return None
    return second_of(request, typed["second_username"], typed["second_password"])
