"""The MOTO API, version 1: what all of its calls have in common."""

from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from orders.api import customers, operations, orders
from orders.api.body import StrictParser
from orders.api.keys import count_once
from orders.api.trouble import handle
from orders.services.api_keys import TooManyRequests


class Api(NinjaAPI):
    """Every call that was let in is counted, also one that is refused before its act was noted."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        try:
            count_once(request)
        except (TooManyRequests, DatabaseError, InterfaceError) as found:
            exc = found
        return super().on_exception(request, exc)


api = Api(
    title="MotoOffice MOTO API",
    version="1.0.0",
    description=(
        "Charge stored cards by mail or telephone order (MOTO), server to server. Amounts are "
        "integers in minor units of their ISO 4217 currency: KWD 250.500 is 250500. No card number "
        "may be sent here, in whatever field. Every act needs an Idempotency-Key. 201 tells how an "
        "act ended, a decline included; 202 that nobody knows yet: read the address in Location."
    ),
    parser=StrictParser(),
    openapi_url="",
    urls_namespace="api",
)
for one in (orders, operations, customers):
    api.add_router("", one.router)
handle(api)
