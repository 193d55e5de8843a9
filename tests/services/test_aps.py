import threading

import pytest

from orders.gateway import Client
from orders.services import aps


def test_the_account_is_the_one_of_the_settings(settings: object) -> None:
    merchant = aps.merchant()
    assert merchant.identifier == "MotoDemo"
    assert merchant.access_code == "demoAccessCode000001"
    assert (merchant.request_phrase, merchant.response_phrase, merchant.sha_type) == (
        "demo-request-phrase",
        "demo-response-phrase",
        "sha256",
    )
    assert merchant.api_url == settings.APS_API_URL  # type: ignore[attr-defined]
    assert merchant.page_url == settings.APS_PAGE_URL  # type: ignore[attr-defined]


def test_secrets_of_the_account_are_not_shown() -> None:
    shown = repr(aps.merchant())
    assert not [one for one in ("phrase-", "demo-re", "demoAccess") if one in shown]


def test_a_thread_keeps_its_client() -> None:
    assert aps.client() is aps.client()


def test_every_thread_has_a_client_of_its_own() -> None:
    found: list[Client] = []
    other = threading.Thread(target=lambda: found.append(aps.client()))
    other.start()
    other.join()
    assert found[0] is not aps.client()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APS_API_URL", "http://127.0.0.1:9/FortAPI/paymentApi"),
        ("APS_PAGE_URL", "http://127.0.0.1:9/FortAPI/paymentPage"),
        ("APS_MERCHANT_IDENTIFIER", "Another"),
        ("APS_ACCESS_CODE", "another"),
        ("APS_SHA_TYPE", "sha512"),
        ("APS_SHA_REQUEST_PHRASE", "another-request-phrase"),
        ("APS_SHA_RESPONSE_PHRASE", "another-response-phrase"),
        ("CHARGE_DEADLINE_S", 1.5),
        ("CONNECT_TIMEOUT_S", 0.5),
    ],
)
def test_a_setting_that_changes_makes_a_new_client(
    settings: object, name: str, value: object
) -> None:
    before = aps.client()
    setattr(settings, name, value)
    assert aps.client() is not before
    assert aps.client() is aps.client()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APS_SHA_RESPONSE_PHRASE", "demo-request-phrase"),
        ("APS_API_URL", "http://aps.example/FortAPI/paymentApi"),
        ("APS_MERCHANT_IDENTIFIER", ""),
    ],
)
def test_an_account_that_cannot_be_right_makes_no_client(
    settings: object, name: str, value: str
) -> None:
    setattr(settings, name, value)
    with pytest.raises(ValueError, match=r"\."):
        aps.client()
