"""Each request has a name of its own, and a log line without its path."""

import logging

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from orders.middleware.request_id import peer_address
from orders.models import Event

pytestmark = pytest.mark.urls("tests.middleware.pages")


def test_two_requests_have_two_names(client: Client) -> None:
    names = {client.get("/healthz").headers["X-Request-ID"] for _ in range(2)}
    assert len(names) == 2


def test_an_audit_event_carries_the_name_of_its_request(client: Client, db: None) -> None:
    response = client.get("/page/?q=4111111111111111")
    assert Event.objects.get().request_id == response.headers["X-Request-ID"]
    assert Event.objects.get().origin == "127.0.0.1"


def test_the_access_line_names_the_view_and_not_the_path(
    office: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="office.access"):
        office.get("/page/?q=Aisha")
    line = vars(caplog.records[-1])
    assert (line["view"], line["status"], line["method"]) == ("page", 200, "GET")
    assert "Aisha" not in str(line)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.9", "127.0.0.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (2, "198.51.100.9", ""),
        (1, "<script>", ""),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Settings, rf: RequestFactory, proxies: int, forwarded: str, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert peer_address(rf.get("/", HTTP_X_FORWARDED_FOR=forwarded)) == address
