"""The keys of machines that use the API: what each may do, and when it was used last."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.services import api_keys, new_api_key


@permission_required(new_api_key.RIGHT, raise_exception=True)
@require_safe
def api_key_list(request: HttpRequest) -> HttpResponse:
    """The page: living keys first, then the others, the newest of each first."""
    return render(request, "orders/api_key_list.html", {"rows": api_keys.all_keys()})
