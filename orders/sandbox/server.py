"""`Sandbox`: the stand-in on a thread of its own.

with Sandbox(feedback_urls=["http://127.0.0.1:8000/gateway/feedback/"]) as box:
    box.api_url, box.page_url
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from orders.sandbox.books import Books, Order
from orders.sandbox.dashboard import act, lapse, reverse
from orders.sandbox.routes import ControlHandler, GatewayHandler, Server
from orders.sandbox.seed import take_in
from orders.sandbox.settings import Account, Switches
from orders.sandbox.standin import StandIn
from orders.sandbox.tokens import store_card
from orders.sandbox.uncertain import wake


class Sandbox:
    """A running stand-in. Port 0 takes a free one.

    Fields of `Account` and of `Switches` may be given by name: sha_type="sha512", feedback="off".
    `control_port` None opens no control port. Raises OSError when a port is taken, ValueError on a
    switch or a seed file that is not understood.
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        feedback_urls: Sequence[str] = (),
        books: str | Path | None = None,
        seed: str | Path | None = None,
        feedback_retry_s: float = 10.0,
        control_port: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **settings: Any,
    ) -> None:
        account = {name: settings.pop(name) for name in asdict(Account()) if name in settings}
        switches = Switches().changed(**settings)
        self.standin = StandIn(
            Account(**account), switches, Books(books), feedback_urls, feedback_retry_s, now
        )
        self._servers: list[Server] = []
        self._threads: list[threading.Thread] = []
        try:
            if seed:
                take_in(self.standin.books, seed)
            self._servers.append(Server((host, port), self.standin, GatewayHandler))
            if control_port is not None:
                address = ("127.0.0.1", control_port)
                self._servers.append(Server(address, self.standin, ControlHandler))
        except BaseException:
            self.close()
            raise
        self.host, self.port = host, int(self._servers[0].server_address[1])

    @property
    def url(self) -> str:
        """The page that shows what was received."""
        return f"http://{self.host}:{self.port}/"

    @property
    def api_url(self) -> str:
        """Where JSON messages go."""
        return f"{self.url}FortAPI/paymentApi"

    @property
    def page_url(self) -> str:
        """Where the browser's card form goes."""
        return f"{self.url}FortAPI/paymentPage"

    @property
    def control_url(self) -> str:
        """Where switches are changed; only with a control port."""
        return f"http://127.0.0.1:{self._servers[1].server_address[1]}/control"

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
        self.standin.switch(**switches)

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

    def act(self, command: str, merchant_reference: str, amount: int) -> dict[str, str]:
        """Capture, void or refund as a person in the gateway's back office does; returns the
        notification. Amount in minor units; KeyError on an unknown reference.
        """
        return act(self.standin, command, self.standin.books.orders[merchant_reference], amount)

    def lapse(self, merchant_reference: str) -> None:
        """Let a reservation end by itself; KeyError on an unknown reference."""
        lapse(self.standin, self.standin.books.orders[merchant_reference])

    def reverse(self, merchant_reference: str, maintenance_reference: str) -> dict[str, str]:
        """Let the bank take an approved refund back; returns the notification. LookupError where
        there is no such refund.
        """
        order = self.standin.books.orders[merchant_reference]
        return reverse(self.standin, order, maintenance_reference)

    def start(self) -> Self:
        """Begin to serve, on threads."""
        wake(self.standin)
        for server in self._servers:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def close(self) -> None:
        """End; answers that are being held back are dropped."""
        self.standin.stopping.set()
        for server in self._servers:
            if self._threads:
                server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()
        self.standin.close()

    __enter__ = start

    def __exit__(self, *_exc: object) -> None:
        self.close()
