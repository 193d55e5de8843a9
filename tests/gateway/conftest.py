"""A demo merchant, a scripted gateway over a real socket, and a client that talks to it."""

import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from orders.gateway import Client, Merchant
from tests.gateway.certificate import self_signed
from tests.gateway.scripted import Gateway

RETURN_URL = "https://office.example/orders/card-return/"


def make_merchant(**changes: Any) -> Merchant:
    values = {
        "identifier": "MotoDemo",
        "access_code": "demoAccessCode000001",
        "request_phrase": "demo-request-phrase",
        "response_phrase": "demo-response-phrase",
        "api_url": "http://127.0.0.1:9800/FortAPI/paymentApi",
        "page_url": "http://127.0.0.1:9800/FortAPI/paymentPage",
    }
    return Merchant(**values | changes)


@pytest.fixture
def merchant() -> Merchant:
    return make_merchant()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    yield from _serving(Gateway())


@pytest.fixture(scope="session")
def tls_authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with a key and the certificate of 127.0.0.1 that only this key vouches for."""
    file = tmp_path_factory.mktemp("tls") / "authority.pem"
    file.write_bytes(self_signed())
    return str(file)


@pytest.fixture
def tls_gateway(tls_authority: str) -> Iterator[Gateway]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_authority)
    yield from serving_tls(context)


def serving_tls(context: ssl.SSLContext) -> Iterator[Gateway]:
    server = Gateway(scheme="https")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield from _serving(server)


def _serving(server: Gateway) -> Iterator[Gateway]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(gateway: Gateway) -> Client:
    return Client(make_merchant(api_url=gateway.url), deadline_s=5)


@pytest.fixture
def charge() -> dict[str, Any]:
    """What ``Client.purchase`` needs."""
    return {
        "merchant_reference": "MO-10482-1",
        "amount_minor": 25050,
        "currency": "AED",
        "token_name": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "customer_email": "caller@example.com",
    }
