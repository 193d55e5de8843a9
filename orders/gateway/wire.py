"""One HTTPS POST with one deadline: no redirect, no proxy, no second try, no guessing.

requests' read timeout starts anew with every byte that comes. Here the time left is set before
each read of the socket, headers included, so that an answer that drips ends when its time is up.
"""

import http.client
import io
import socket
import ssl
import time
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ReadTimeoutError

from orders.gateway.errors import GatewayError, NoAnswer, NotSent
from orders.gateway.strict import MAX_BYTES

_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    # A compressed answer could be small on the wire and huge in memory.
    "Accept-Encoding": "identity",
    # A kept connection may be closed by the gateway just as the next request is written, and then
    # nobody knows whether it was read. A fresh one each time leaves no such doubt.
    "Connection": "close",
}


def post(
    session: requests.Session,
    url: str,
    body: bytes,
    *,
    connect_timeout_s: float,
    deadline_s: float,
) -> bytes:
    """The whole body of an answer with status 200, at most 256 kB, within ``deadline_s`` seconds.

    Raises ``NotSent`` if surely no byte of the request left, else ``NoAnswer``.
    """
    try:
        with session.post(
            url,
            data=body,
            headers=_HEADERS,
            timeout=cast(Any, Timeout(total=deadline_s, connect=connect_timeout_s)),
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code != 200:
                raise NoAnswer(f"http_{response.status_code}", sent=True)
            return _whole_body(response)
    except (requests.RequestException, HTTPError) as error:
        raise _silence(error) from error


def wired(session: requests.Session) -> requests.Session:
    """The session with this module's rules: they hold for whatever session a caller brings."""
    if session.verify is False:
        raise ValueError("The gateway's certificate must be verified.")
    session.trust_env = False
    session.mount("https://", _Adapter())
    session.mount("http://", _Adapter())
    return session


def _whole_body(response: requests.Response) -> bytes:
    """The body as it came, to its very end: one that was cut short raises urllib3's error."""
    body = bytearray()
    for piece in response.raw.stream(16 * 1024, decode_content=False):
        body += piece
        if len(body) > MAX_BYTES:
            raise NoAnswer("too_big", sent=True)
    return bytes(body)


def _silence(error: Exception) -> GatewayError:
    """Which silence it was. The class of an exception alone never proves that nothing was sent."""
    if isinstance(error, requests.ConnectTimeout):
        return NotSent("connect_timeout")
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, NewConnectionError):
        return NotSent("no_connection")
    inner = reason.args[0] if isinstance(reason, Exception) and reason.args else None
    if isinstance(inner, ssl.SSLCertVerificationError):
        return NotSent("bad_certificate")
    if isinstance(error, requests.Timeout | ReadTimeoutError) or isinstance(
        reason, ReadTimeoutError
    ):
        return NoAnswer("timeout", sent=None)
    return NoAnswer("connection_broken", sent=None)


class _TimedFile(io.RawIOBase):
    """The reading end of a socket that gives up when the answer's time is over."""

    def __init__(self, sock: socket.socket) -> None:
        # urllib3 has just set the time that is left; without one there would be none.
        self._ends = time.monotonic() + (sock.gettimeout() or 0.0)
        self._socket = sock
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._socket.settimeout(left)
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _TimedSocket:
    """As much of a socket as ``http.client.HTTPResponse`` uses."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedFile(self._socket))


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(cast(Any, _TimedSocket(sock)), *args, **kwargs)

    def begin(self) -> None:
        super().begin()
        # The gateway need not promise to close, so that urllib3 would keep the connection.
        self.will_close = True


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """requests' transport without its retries, over connections that know their deadline."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
