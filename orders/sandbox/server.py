"""The stand-in over HTTP: its addresses, and `Sandbox`, which starts it on a thread.

with Sandbox(feedback_urls=["http://127.0.0.1:8000/gateway/feedback/"]) as box:
    box.api_url, box.page_url
"""

import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from orders.sandbox.api import answer_api
from orders.sandbox.books import Order
from orders.sandbox.page import answer_page
from orders.sandbox.replies import Reply
from orders.sandbox.settings import Account, Switches
from orders.sandbox.standin import StandIn
from orders.sandbox.tokens import store_card
from orders.sandbox.uncertain import wake

MAX_BODY_BYTES = 64 * 1024
_ASSETS = Path(__file__).parent / "assets"
_FORM = "application/x-www-form-urlencoded"


class Sandbox:
    """A running stand-in. Port 0 takes a free one. Raises OSError if the port is taken.

    `account` fields and switches may be given by name: Sandbox(sha_type="sha512", feedback="off").
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        feedback_urls: Sequence[str] = (),
        books: str | Path | None = None,
        feedback_retry_s: float = 10.0,
        now: Callable[[], datetime] | None = None,
        **settings: Any,
    ) -> None:
        account = {name: settings.pop(name) for name in asdict(Account()) if name in settings}
        self._server = Server((host, port))
        try:
            self.standin = StandIn(
                Account(**account),
                Switches().changed(**settings),
                books,
                feedback_urls,
                feedback_retry_s,
                **({"now": now} if now else {}),
            )
        except BaseException:
            self._server.server_close()
            raise
        self._server.standin = self.standin
        self.host, self.port = host, int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Where the page that shows what was received is."""
        return f"http://{self.host}:{self.port}/"

    @property
    def api_url(self) -> str:
        """Where JSON messages go."""
        return f"{self.url}FortAPI/paymentApi"

    @property
    def page_url(self) -> str:
        """Where the browser's form goes."""
        return f"{self.url}FortAPI/paymentPage"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every message received, oldest first, without signature and CVV, the card masked.

        Keys: time, address, command, merchant_reference, amount, currency, card_number,
        response_code, unusual, and `parameters`, the message itself.
        """
        return [asdict(received) for received in self.standin.journal.all()]

    def count(self, merchant_reference: str, command: str = "") -> int:
        """How often a reference was received, with that command or with any."""
        return self.standin.journal.count(merchant_reference, command)

    def order(self, merchant_reference: str) -> Order | None:
        """What the books say of an order."""
        return self.standin.books.orders.get(merchant_reference)

    def set(self, **switches: Any) -> None:
        """Change switches while running; ValueError on one that does not exist."""
        self.standin.switches = self.standin.switches.changed(**switches)

    def make_token(self, card_number: str = "4005550000000001", **fields: str) -> str:
        """A stored card without the browser's form, for tests; its token_name comes back.

        Raises ValueError when the card would be refused.
        """
        message = {
            "service_command": "TOKENIZATION",
            "merchant_reference": "made-by-a-test",
            "card_number": card_number,
            "expiry_date": "4912",
        }
        with self.standin.books.lock:
            result = store_card(self.standin, message | fields)
        if "token_name" not in result.fields:
            raise ValueError(f"the card was refused with {result.response_code}")
        return result.fields["token_name"]

    def start(self) -> Self:
        """Begin to serve on a thread."""
        wake(self.standin)
        self._thread.start()
        return self

    def close(self) -> None:
        """End; wakes every answer that is being held back."""
        self.standin.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    __enter__ = start

    def __exit__(self, *_exc: object) -> None:
        self.close()


class Server(ThreadingHTTPServer):
    """One thread a connection; they end with the process."""

    daemon_threads = True
    request_queue_size = 128
    standin: StandIn

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)

    def handle_error(self, *_args: object) -> None:
        """A client that hangs up early is no event."""


class Handler(BaseHTTPRequestHandler):
    """Takes a request apart and sends the reply."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 120
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """The gateway's two addresses."""
        body = self._body()
        path, kind = urlsplit(self.path).path, self.headers.get_content_type()
        if body is None:
            self._send(Reply(status=413, headers={"Connection": "close"}))
        elif path == "/FortAPI/paymentApi":
            is_json = kind == "application/json"
            self._send(answer_api(self.server.standin, body if is_json else b""))
        elif path == "/FortAPI/paymentPage":
            is_form = kind == _FORM
            self._send(answer_page(self.server.standin, body if is_form else b"?"))
        else:
            self._send(Reply(status=404))

    def do_GET(self) -> None:
        """The stand-in's own pages."""
        path = urlsplit(self.path).path
        asset = _ASSETS / path.removeprefix("/assets/")
        if path == "/health":
            self._send(Reply(b'{"status": "ok"}'))
        elif path.startswith("/assets/") and asset.parent == _ASSETS and asset.is_file():
            kind = {".js": "text/javascript", ".css": "text/css"}[asset.suffix]
            self._send(Reply(asset.read_bytes(), f"{kind}; charset=utf-8"))
        else:
            self._send(Reply(status=404))

    def log_message(self, *_args: object) -> None:
        """The journal is the log."""

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _send(self, reply: Reply) -> None:
        if reply.delay_s and self.server.standin.stopping.wait(reply.delay_s):
            reply = Reply(drop=True)
        if reply.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
