"""The office's own account at the gateway, made from the settings."""

import threading

from django.conf import settings

from orders.gateway import Client, Merchant

_mine = threading.local()


def merchant() -> Merchant:
    """The account that every request is signed for."""
    return Merchant(
        identifier=settings.APS_MERCHANT_IDENTIFIER,
        access_code=settings.APS_ACCESS_CODE,
        sha_type=settings.APS_SHA_TYPE,
        request_phrase=settings.APS_SHA_REQUEST_PHRASE,
        response_phrase=settings.APS_SHA_RESPONSE_PHRASE,
        api_url=settings.APS_API_URL,
        page_url=settings.APS_PAGE_URL,
    )


def client() -> Client:
    """This thread's client: one connection pool a thread, made anew when the settings change."""
    wanted = (merchant(), settings.CONNECT_TIMEOUT_S, settings.CHARGE_DEADLINE_S)
    if getattr(_mine, "wanted", None) != wanted:
        account, connect_timeout_s, deadline_s = wanted
        _mine.client = Client(account, connect_timeout_s=connect_timeout_s, deadline_s=deadline_s)
        _mine.wanted = wanted
    found: Client = _mine.client
    return found
