"""Every way an exchange can fail, over a real socket, and whether the request may have left."""

import gzip
import socket
import time
import tracemalloc
from typing import Any

import pytest
import requests

from orders.gateway import Client, GatewayError, NoAnswer, NotSent, NotTrusted, wire
from orders.gateway.strict import MAX_BYTES
from tests.gateway.conftest import make_merchant
from tests.gateway.scripted import Behaviour, Gateway, Handler, drips, hangs, resets, says, sends
from tests.gateway.test_client import PAID

OK = b"HTTP/1.1 200 OK\r\n"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def failure(client: Client, charge: dict[str, Any]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        client.purchase(**charge)
    return caught.value


def test_refused_connection_is_surely_not_sent(charge: dict[str, Any]) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/FortAPI/paymentApi"
    error = failure(Client(make_merchant(api_url=nowhere)), charge)
    assert isinstance(error, NotSent)
    assert (error.sent, error.reason) == (False, "no_connection")


def test_unknown_host_is_surely_not_sent(charge: dict[str, Any]) -> None:
    merchant = make_merchant(api_url="https://gateway.invalid/FortAPI/paymentApi")
    error = failure(Client(merchant), charge)
    assert (type(error), error.sent) == (NotSent, False)


def test_connection_that_never_opens_is_surely_not_sent(charge: dict[str, Any]) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", port))
        merchant = make_merchant(api_url=f"http://127.0.0.1:{port}/")
        error = failure(Client(merchant, connect_timeout_s=0.2, deadline_s=1), charge)
        for other in waiting:
            other.close()
    assert (type(error), error.reason) == (NotSent, "connect_timeout")


def test_silence_after_the_request_may_have_been_sent(
    gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = hangs
    error = failure(Client(make_merchant(api_url=gateway.url), deadline_s=0.2), charge)
    assert (type(error), error.sent, error.reason) == (NoAnswer, None, "timeout")


@pytest.mark.parametrize(
    "drip",
    [
        drips(b"", b"H"),
        drips(OK, b"X-A: 1\r\n"),
        drips(OK + b"Content-Length: 200000\r\n\r\n", b"{"),
        drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"),
        drips(OK + b"\r\n", b" "),
    ],
    ids=["status line", "headers", "counted body", "chunked body", "endless body"],
)
def test_fault_32_slow_drip_ends_at_the_deadline(
    gateway: Gateway, charge: dict[str, Any], drip: Behaviour
) -> None:
    gateway.behave = drip
    started = time.monotonic()
    error = failure(Client(make_merchant(api_url=gateway.url), deadline_s=0.5), charge)
    assert (type(error), error.reason) == (NoAnswer, "timeout")
    assert 0.4 < time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (resets, "connection_broken"),
        (sends(b"", 302, Location="/elsewhere"), "http_302"),
        (sends(b"", 307, Location="/elsewhere"), "http_307"),
        (sends(b'{"status": "13"}', 500), "http_500"),
        (sends(b"no", 401, WWW_Authenticate="Basic"), "http_401"),
        (sends(b" " * (MAX_BYTES + 1)), "too_big"),
        (lambda handler, _: handler.wfile.write(b"SMTP ready\r\n\r\n"), "connection_broken"),
        (
            lambda handler, _: handler.wfile.write(OK + b"Content-Length: 50\r\n\r\n{}"),
            "connection_broken",
        ),
        (lambda _handler, _: None, "connection_broken"),
    ],
    ids=["reset", "302", "307", "500", "401", "huge", "not http", "cut short", "closed"],
)
def test_answer_that_is_none_is_no_answer_and_asked_for_once(
    client: Client, gateway: Gateway, charge: dict[str, Any], behave: Behaviour, reason: str
) -> None:
    gateway.behave = behave
    error = failure(client, charge)
    assert (type(error), error.reason) == (NoAnswer, reason)
    assert error.sent is not False
    assert len(gateway.received) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"<html>Sorry</html>", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a":' * 30_000, "not_json"),
        (b'{"amount": NaN}', "not_text"),
        (b'{"status": {"status": "14"}}', "not_text"),
        (b'[{"status": "14"}]', "not_an_object"),
        (b'{"status": "14", "status": "14"}', "duplicate_name"),
        (b'{"status": 14}', "not_text"),
        (b"\xff\xfe{}", "not_utf8"),
        (b"{}", "bad_signature"),
    ],
)
def test_unreadable_answer_is_not_trusted(
    client: Client, gateway: Gateway, charge: dict[str, Any], body: bytes, reason: str
) -> None:
    gateway.behave = sends(body)
    error = failure(client, charge)
    assert (type(error), error.reason, error.sent) == (NotTrusted, reason, True)


def test_compressed_answer_is_not_unpacked(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < MAX_BYTES
    gateway.behave = sends(bomb, Content_Encoding="gzip")
    tracemalloc.start()
    assert failure(client, charge).reason == "not_utf8"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000
    assert "gzip" not in gateway.headers[0]["Accept-Encoding"]


def test_proxies_of_the_environment_are_not_used(
    client: Client, gateway: Gateway, charge: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    gateway.behave = says(PAID)
    assert client.purchase(**charge).outcome == "approved"


def test_every_request_has_a_connection_of_its_own(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    def keeps_open(handler: Handler, request: dict[str, str]) -> None:
        says(PAID)(handler, request)
        handler.close_connection = False

    gateway.behave = keeps_open
    for _ in range(3):
        client.purchase(**charge)
    assert [headers["Connection"] for headers in gateway.headers] == ["close"] * 3
    assert len(set(gateway.callers)) == 3


def test_bytes_that_are_there_do_not_stretch_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(5)
        with wire._TimedFile(here) as answer:
            there.sendall(b"ab")
            assert answer.read(1) == b"a"
            later = time.monotonic() + 6
            monkeypatch.setattr(wire.time, "monotonic", lambda: later)
            with pytest.raises(TimeoutError):
                answer.read(1)


def test_certificate_nobody_vouches_for_is_surely_not_sent(
    tls_gateway: Gateway, charge: dict[str, Any]
) -> None:
    error = failure(Client(make_merchant(api_url=tls_gateway.url)), charge)
    assert (type(error), error.reason) == (NotSent, "bad_certificate")
    assert tls_gateway.received == []


def test_session_with_the_right_authority_is_used(
    tls_gateway: Gateway, tls_authority: str, charge: dict[str, Any]
) -> None:
    session = requests.Session()
    session.verify = tls_authority
    tls_gateway.behave = says(PAID)
    merchant = make_merchant(api_url=tls_gateway.url)
    assert Client(merchant, session=session).purchase(**charge).outcome == "approved"


def test_slow_drip_over_tls_ends_at_the_deadline(
    tls_gateway: Gateway, tls_authority: str, charge: dict[str, Any]
) -> None:
    session = requests.Session()
    session.verify = tls_authority
    tls_gateway.behave = drips(OK, b"X")
    client = Client(make_merchant(api_url=tls_gateway.url), session=session, deadline_s=0.5)
    assert failure(client, charge).reason == "timeout"


def test_verification_cannot_be_switched_off() -> None:
    session = requests.Session()
    session.verify = False
    with pytest.raises(ValueError, match="certificate"):
        Client(make_merchant(), session=session)
