"""A gateway that says over a real socket exactly what a test wants it to say.

It knows no rules. The signer is a second reading of APS's rule, apart from the client's own.
"""

import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

RESPONSE_PHRASE = "demo-response-phrase"

Behaviour = Callable[["Handler", dict[str, str]], None]


def signed(message: dict[str, str], phrase: str = RESPONSE_PHRASE) -> dict[str, str]:
    """The message with APS's SHA-256 signature."""
    plain = {name: text for name, text in message.items() if name != "signature"}
    hashed = phrase + "".join(name + "=" + plain[name] for name in sorted(plain)) + phrase
    return plain | {"signature": hashlib.sha256(hashed.encode()).hexdigest()}


class Handler(BaseHTTPRequestHandler):
    """Reads one request, remembers it and lets the script answer."""

    server: "Gateway"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        request = json.loads(self.rfile.read(length))
        self.server.received.append(request)
        self.server.callers.append(self.client_address)
        self.server.headers.append(dict(self.headers))
        self.server.behave(self, request)

    def do_GET(self) -> None:
        self.server.received.append({"method": "GET"})
        self.reply(b"{}")

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests are quiet."""


class Gateway(HTTPServer):
    """One scripted gateway: ``behave`` answers, ``received`` remembers."""

    behave: Behaviour

    def __init__(self, scheme: str = "http") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.scheme = scheme
        self.received: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.callers: list[tuple[str, int]] = []
        self.over = threading.Event()
        self.behave = says({})

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}/FortAPI/paymentApi"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is what many of these tests are about."""


def says(
    result: dict[str, str | None], *, sign: Callable[..., dict[str, str]] = signed
) -> Behaviour:
    """Answer with the request's echo and ``result``; ``None`` takes a parameter out."""

    def behave(handler: Handler, request: dict[str, str]) -> None:
        answer = {**request, **result}
        answer = sign({name: text for name, text in answer.items() if text is not None})
        handler.reply(json.dumps(answer).encode())

    return behave


def sends(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """Answer with these very bytes."""
    return lambda handler, _request: handler.reply(body, status, **headers)


def drips(start: bytes, drop: bytes) -> Behaviour:
    """Send ``start`` at once and then a ``drop`` every few hundredths of a second, for ever."""

    def behave(handler: Handler, _request: dict[str, str]) -> None:
        handler.wfile.write(start)
        while not handler.server.over.wait(0.02):
            handler.wfile.write(drop)

    return behave


def hangs(handler: Handler, _request: dict[str, str]) -> None:
    """Read the request and say nothing."""
    handler.server.over.wait(10)


def resets(handler: Handler, _request: dict[str, str]) -> None:
    """Read the request and break the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
