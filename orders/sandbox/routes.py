"""Which address does what. One handler for the gateway, one for the control port."""

import json
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orders.sandbox.api import answer_api
from orders.sandbox.control import ACTS
from orders.sandbox.page import answer_page
from orders.sandbox.replies import Reply
from orders.sandbox.report_page import (
    counts_json,
    overview,
    report_csv,
    requests_json,
    waiting_json,
)
from orders.sandbox.standin import StandIn

MAX_BODY_BYTES = 64 * 1024
_FORM = "application/x-www-form-urlencoded"
_ASSETS = {
    f"/assets/{path.name}": (path, {".js": "text/javascript", ".css": "text/css"}[path.suffix])
    for path in (Path(__file__).parent / "assets").iterdir()
}


class Server(ThreadingHTTPServer):
    """One thread a connection; they end with the process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], standin: StandIn, handler: type["Handler"]
    ) -> None:
        self.standin = standin
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is no event, nor is anything during the end."""
        if not (isinstance(sys.exception(), OSError) or self.standin.stopping.is_set()):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Takes a request apart, and sends a reply."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "StandInGateway"
    sys_version = ""
    timeout = 120
    disable_nagle_algorithm = True

    def log_message(self, *_args: object) -> None:
        """The journal is the log."""

    def body(self) -> bytes | None:
        """The body of the request; None when it is too long or of no stated length."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            return None
        return self.rfile.read(int(length)) if int(length) <= MAX_BODY_BYTES else None

    def send(self, reply: Reply) -> None:
        """Send a reply, late or not at all if it says so."""
        if reply.delay_s and self.server.standin.stopping.wait(reply.delay_s):
            reply = Reply(drop=True)
        if reply.drop:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)


class GatewayHandler(Handler):
    """The gateway's two addresses and the stand-in's own pages."""

    def do_POST(self) -> None:
        """A message, or a card form."""
        standin, body = self.server.standin, self.body()
        path, kind = urlsplit(self.path).path, self.headers.get_content_type()
        if body is None:
            self.send(Reply(status=413, headers={"Connection": "close"}))
        elif path == "/FortAPI/paymentApi":
            self.send(answer_api(standin, body if kind == "application/json" else b""))
        elif path == "/FortAPI/paymentPage":
            self.send(answer_page(standin, body if kind == _FORM else b""))
        else:
            self.send(Reply(status=404))

    def do_GET(self) -> None:
        """What people and programs look at."""
        standin, path = self.server.standin, urlsplit(self.path).path
        pages = {
            "/": overview,
            "/counts.json": counts_json,
            "/requests.json": requests_json,
            "/report.csv": report_csv,
            "/waiting.json": waiting_json,
        }
        if path in pages:
            self.send(pages[path](standin))
        elif path == "/health":
            self.send(Reply(b'{"status": "ok"}'))
        elif path in _ASSETS:
            file, kind = _ASSETS[path]
            self.send(Reply(file.read_bytes(), f"{kind}; charset=utf-8"))
        else:
            self.send(Reply(status=404))


class ControlHandler(Handler):
    """Switches, on a port of their own so that nothing the office can reach changes them."""

    def do_GET(self) -> None:
        """The switches as they stand."""
        if urlsplit(self.path).path == "/control":
            self._send_switches()
        else:
            self.send(Reply(status=404))

    def do_POST(self) -> None:
        """Change switches: a JSON object of names and values; all or none. Or do an act, which
        may be told by a notification: that is the answer then.
        """
        body, kind = self.body(), self.headers.get_content_type()
        path = urlsplit(self.path).path
        act = ACTS.get(path.removeprefix("/control/"))
        if kind != "application/json" or (act is None and path != "/control"):
            self.send(Reply(status=404, headers={"Connection": "close"}))
            return
        try:
            values = json.loads(body or b"")
            if not isinstance(values, dict):
                raise ValueError("a JSON object is wanted")
            if act is None:
                self.server.standin.switch(**values)
            told = act(self.server.standin, values) if act else None
        except ValueError as error:
            self.send(Reply(json.dumps({"error": str(error)}).encode(), status=400))
            return
        if told is None:
            self._send_switches()
        else:
            self.send(Reply(json.dumps(told, ensure_ascii=False).encode()))

    def _send_switches(self) -> None:
        self.send(Reply(json.dumps(asdict(self.server.standin.switches)).encode()))
