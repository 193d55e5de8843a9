"""Fault 28: a gateway whose encryption or name is not to be trusted is sent nothing."""

import contextlib
import ssl
from pathlib import Path
from typing import Any

import pytest
import requests

from orders.gateway import Client, GatewayError, NotSent
from tests.gateway.certificate import self_signed
from tests.gateway.conftest import make_merchant, serving_tls
from tests.gateway.scripted import Gateway, says
from tests.gateway.test_client import PAID


def charge_at(server: Gateway, authority: Path, charge: dict[str, Any]) -> GatewayError:
    """The failure of a charge by somebody who trusts that authority."""
    session = requests.Session()
    session.verify = str(authority)
    server.behave = says(PAID)
    with pytest.raises(GatewayError) as caught:
        Client(make_merchant(api_url=server.url), session=session).purchase(**charge)
    return caught.value


@pytest.mark.parametrize(
    "certificate",
    [self_signed("127.0.0.2"), self_signed(ends_h=-1)],
    ids=["another host", "ended"],
)
def test_fault_28_certificate_of_another_host_or_time_is_surely_not_sent_to(
    tmp_path: Path, charge: dict[str, Any], certificate: bytes
) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_bytes(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with contextlib.contextmanager(serving_tls)(context) as server:
        error = charge_at(server, authority, charge)
        assert (type(error), error.reason) == (NotSent, "bad_certificate")
        assert server.received == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_fault_28_old_encryption_is_not_spoken(tls_authority: str, charge: dict[str, Any]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with contextlib.contextmanager(serving_tls)(context) as server:
        error = charge_at(server, Path(tls_authority), charge)
        assert error.reason == "connection_broken"
        assert server.received == []
