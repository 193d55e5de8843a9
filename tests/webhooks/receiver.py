"""A receiver of webhooks on this machine: real HTTP, and the verification that we publish."""

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

DOCS = Path(__file__).parents[2] / "docs/webhooks.md"
Verify = Callable[[str, dict[str, str], bytes], bool]


def published() -> Verify:
    """The function that the documentation tells receivers to use."""
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["verify"]


class Receiver:
    """Keeps what it is sent, and answers with what ``answers`` returns: a status, or None to hang
    up without a word.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: Callable[[], int | None] = lambda: 204
        self.more_headers: dict[str, str] = {}
        self.answer_body = b""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((self.path, dict(self.headers), body))
                status = receiver.answers()
                if status is None:
                    return
                self.send_response(status)
                for name, value in receiver.more_headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(receiver.answer_body)

            def log_message(self, *_said: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?shop=1"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(
        self, _type: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def told(self) -> list[dict[str, Any]]:
        """The bodies that came, one for each request."""
        return [json.loads(body) for _path, _headers, body in self.requests]

    @property
    def types(self) -> list[str]:
        return [one["type"] for one in self.told]
