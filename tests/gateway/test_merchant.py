"""A merchant that could not work, or not safely, cannot be made."""

import pytest

from orders.gateway import Merchant
from tests.gateway.conftest import make_merchant


def test_phrases_and_access_code_are_not_shown() -> None:
    shown = repr(make_merchant(previous_response_phrase="old-phrase"))
    assert "MotoDemo" in shown
    assert "phrase" not in shown
    assert "demoAccessCode000001" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "https://sbpaymentservices.payfort.com/FortAPI/paymentApi",
        "http://127.0.0.1:9800/FortAPI/paymentApi",
        "http://[::1]:9800/",
        "http://localhost:9800/",
        "http://sandbox:9800/",
    ],
)
def test_gateway_is_https_or_near(url: str) -> None:
    assert make_merchant(api_url=url).api_url == url


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"api_url": "http://paymentservices.payfort.com/FortAPI/paymentApi"}, "https"),
        ({"page_url": "http://203.0.113.9/"}, "https"),
        ({"page_url": "checkout.payfort.com"}, "https"),
        ({"page_url": "https://user:word@checkout.payfort.com/"}, "no user"),
        ({"page_url": "https://checkout.payfort.com/?x=1"}, "no user, query"),
        ({"sha_type": "sha1"}, "sha256 or sha512"),
        ({"language": "fr"}, "en or ar"),
        ({"identifier": ""}, "identifier"),
        ({"access_code": ""}, "access code"),
        ({"request_phrase": ""}, "are needed"),
        ({"response_phrase": "demo-response-phrase\n"}, "blank or a new line"),
        ({"response_phrase": "demo-request-phrase"}, "must differ"),
        ({"previous_response_phrase": "demo-request-phrase"}, "must differ"),
    ],
)
def test_mistake_in_the_set_up_is_said(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_merchant(**changes)


def test_sha_256_is_the_default() -> None:
    assert isinstance(make_merchant(), Merchant)
    assert make_merchant().sha_type == "sha256"
