"""One POST within one deadline, to the address that was checked, believing nothing but a status."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from orders.webhooks import NoTarget, NotDelivered, Policy, post
from tests.gateway.certificate import self_signed
from tests.webhooks.receiver import Receiver

LOOPBACK = Policy((ip_network("127.0.0.0/8"),))
SENT = {"Webhook-Id": "msg_a"}


def send(url: str, *, deadline_s: float = 3.0, tls: ssl.SSLContext | None = None) -> int:
    return post(
        url, b"{}", SENT, policy=LOOPBACK, connect_timeout_s=1.0, deadline_s=deadline_s, tls=tls
    )


def problem(url: str, **more: object) -> tuple[str, int]:
    """Why it did not arrive, and the status."""
    with pytest.raises(NotDelivered) as caught:
        send(url, **more)  # type: ignore[arg-type]
    return caught.value.reason, caught.value.status


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that talks as it likes, once."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            with server.accept()[0] as wire:
                wire.recv(65_536)
                talk(wire)
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        server.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_success_is_any_of_the_two_hundreds(receiver: Receiver, status: int) -> None:
    receiver.answers = lambda: status
    assert send(receiver.url) == status
    [(path, headers, body)] = receiver.requests
    assert (path, body) == ("/hooks?shop=1", b"{}")
    assert headers["Content-Type"] == "application/json"
    assert headers["Webhook-Id"] == "msg_a"
    assert headers["Host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 304, 400, 410, 429, 500, 503])
def test_anything_else_is_none_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.answers = lambda: status
    receiver.more_headers = {"Location": receiver.url}
    assert problem(receiver.url) == (f"http_{status}", status)
    assert len(receiver.requests) == 1


def test_a_receiver_that_hangs_up_did_not_answer(receiver: Receiver) -> None:
    receiver.answers = lambda: None
    assert problem(receiver.url) == ("no_answer", 0)


def test_a_huge_answer_is_not_read(receiver: Receiver) -> None:
    receiver.answer_body = b"x" * 5_000_000
    assert send(receiver.url) == 204


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH\r\n\r\n", b"\r\n\r\n", b"HTTP/1.1 20", b"HTTP/1.1 999 X\r\n\r\n"]
)
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with raw(lambda wire: wire.sendall(answer)) as url:
        assert problem(url) == ("no_answer", 0)


def test_a_head_without_end_is_cut_off() -> None:
    with raw(lambda wire: wire.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000)) as url:
        assert problem(url)[0] in {"no_answer", "connection_broken"}


def test_an_answer_that_only_says_go_on_is_passed_over() -> None:
    answer = b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    with raw(lambda wire: wire.sendall(answer)) as url:
        assert send(url) == 200


def test_an_answer_that_drips_ends_when_its_time_is_up() -> None:
    def drip(wire: socket.socket) -> None:
        for letter in b"HTTP/1.1 200 OK\r\n" * 20:
            wire.sendall(bytes([letter]))
            time.sleep(0.05)

    began = time.monotonic()
    with raw(drip) as url:
        assert problem(url, deadline_s=0.5) == ("timeout", 0)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK"])
def test_a_receiver_that_falls_silent_ends_when_its_time_is_up(said: bytes) -> None:
    def fall_silent(wire: socket.socket) -> None:
        wire.sendall(said)
        time.sleep(3)

    began = time.monotonic()
    with raw(fall_silent) as url:
        assert problem(url, deadline_s=0.5) == ("timeout", 0)
    assert time.monotonic() - began < 2


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    assert problem(url) == ("no_connection", 0)


def test_the_connection_goes_to_the_address_that_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with another address the second time gains nothing."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: object, **more: object) -> object:
        if host != "shop.example.com":
            return real(host, port, *rest, **more)  # type: ignore[arg-type]
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    url = receiver.url.replace("127.0.0.1", "shop.example.com")
    assert send(url) == 204
    assert len(asked) == 1
    assert receiver.requests[0][1]["Host"].startswith("shop.example.com:")


def test_an_address_that_is_silent_leaves_time_to_the_next(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, connect = socket.getaddrinfo, socket.create_connection
    addresses = ("127.0.0.7", "127.0.0.8", "127.0.0.1")

    def getaddrinfo(host: str, port: int, *rest: object, **more: object) -> object:
        if host != "shop.example.com":
            return real(host, port, *rest, **more)  # type: ignore[arg-type]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    shares = []

    def create_connection(address: tuple[str, int], timeout: float) -> socket.socket:
        shares.append(timeout)
        if address[0] == "127.0.0.1":
            return connect(address, timeout=timeout)
        time.sleep(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    assert send(receiver.url.replace("127.0.0.1", "shop.example.com")) == 204
    assert shares == pytest.approx([1 / 3] * 3, abs=0.1)


def test_without_leave_this_machine_is_not_reached(receiver: Receiver) -> None:
    for policy in (Policy(), Policy(may_be_plain=True)):
        with pytest.raises(NoTarget):
            post(receiver.url, b"", {}, policy=policy, connect_timeout_s=1.0, deadline_s=1.0)
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("host", "is_trusted"), [("127.0.0.1", True), ("127.0.0.2", True), ("127.0.0.1", False)]
)
def test_the_certificate_must_be_of_the_name(
    receiver: Receiver, tmp_path: Path, host: str, is_trusted: bool
) -> None:
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(self_signed(host))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    url = receiver.url.replace("http:", "https:")
    tls = ssl.create_default_context(cafile=str(pem)) if is_trusted else None
    if is_trusted and host == "127.0.0.1":
        assert send(url, tls=tls) == 204
    else:
        assert problem(url, tls=tls) == ("bad_certificate", 0)
        assert receiver.requests == []
