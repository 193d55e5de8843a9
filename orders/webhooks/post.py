"""One POST to an address that was checked, within one deadline: no redirect, no proxy, no second
try, and of the answer only its status.
"""

import re
import socket
import ssl
import time
from collections.abc import Mapping

from orders.webhooks.errors import NotDelivered
from orders.webhooks.targets import Policy, Target, parse, resolve

_MOST_HEAD = 64 * 1024
_MOST_BODY = 16 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r)")
_END = b"\r\n\r\n"


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    policy: Policy,
    connect_timeout_s: float,
    deadline_s: float,
    tls: ssl.SSLContext | None = None,
) -> int:
    """The status of the answer, 200 to 299, within ``deadline_s`` seconds of connecting.

    Raises ``NoTarget`` for an address that must not be reached, else ``NotDelivered``; the message
    may have arrived all the same.
    """
    target = parse(url, policy)
    addresses = resolve(target, policy)
    ends = time.monotonic() + deadline_s
    try:
        with _connected(target, addresses, min(connect_timeout_s, deadline_s)) as plain:
            _set_time_left(plain, ends)
            with _secured(plain, target, tls) as wire:
                _set_time_left(wire, ends)
                wire.sendall(_request(target, body, headers))
                status = _status(wire, ends)
                _drain(wire, ends)
    except ssl.SSLCertVerificationError:
        raise NotDelivered("bad_certificate") from None
    except TimeoutError:
        raise NotDelivered("timeout") from None
    except OSError:
        raise NotDelivered("connection_broken") from None
    if not 200 <= status < 300:
        raise NotDelivered(f"http_{status}", status)
    return status


def _connected(target: Target, addresses: list[str], timeout_s: float) -> socket.socket:
    """A connection to the first of the addresses that takes one, each given its share of the time
    left: a silent one leaves some to the next. The name is not asked again.
    """
    error: OSError | None = None
    ends = time.monotonic() + timeout_s
    for count, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            share = max((ends - time.monotonic()) / count, 0.001)
            return socket.create_connection((address, target.port), timeout=share)
        except OSError as refused:
            error = refused
    raise NotDelivered("timeout" if isinstance(error, TimeoutError) else "no_connection")


def _secured(plain: socket.socket, target: Target, tls: ssl.SSLContext | None) -> socket.socket:
    """The connection under TLS, with a certificate of the name that was asked for."""
    if not target.is_secure:
        return plain
    context = tls or ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=target.host)


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "User-Agent: MotoOffice",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Accept-Encoding: identity",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + _END + body


def _status(wire: socket.socket, ends: float) -> int:
    """The status of the final answer; those that only say "go on" are passed over."""
    head = b""
    while True:
        while _END not in head:
            if len(head) > _MOST_HEAD:
                raise NotDelivered("no_answer")
            piece = _read(wire, ends)
            if not piece:
                raise NotDelivered("no_answer")
            head += piece
        match = _STATUS.match(head)
        if not match:
            raise NotDelivered("no_answer")
        if (status := int(match[1])) >= 200:
            return status
        head = head.partition(_END)[2]


def _drain(wire: socket.socket, ends: float) -> None:
    """Let a receiver finish its answer, so that it does not take the closing for a failure."""
    ends = min(ends, time.monotonic() + 0.5)
    size = 0
    try:
        while size < _MOST_BODY and (piece := _read(wire, ends)):
            size += len(piece)
    except OSError:
        return


def _read(wire: socket.socket, ends: float) -> bytes:
    _set_time_left(wire, ends)
    return wire.recv(16 * 1024)


def _set_time_left(wire: socket.socket, ends: float) -> None:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    wire.settimeout(left)
