"""Which addresses may be reached: whoever types a URL must not make the office knock on the doors
of its own network.

A name is looked up once for each delivery, and the connection goes to an address that was checked:
a name that answers differently the second time gains nothing.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from orders.webhooks.errors import NoTarget, NotDelivered

PORTS = frozenset({443, 8443})
LONGEST = 500
_PRINTABLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]+")
# What Python's own table, which differs between its versions, may call global. First IPv6 that
# stands for an address of IPv4, which a translator or a tunnel would reach; then what is reserved.
_DISGUISES = "::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 2001::/23 2002::/16"
_RESERVED = "192.0.0.0/24 192.88.99.0/24 3fff::/20 5f00::/16"
_NOT_PUBLIC = [ip_network(one) for one in f"{_DISGUISES} {_RESERVED}".split()]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Policy:
    """``networks`` may be reached although they are private, by http too and at any port.
    ``may_be_plain``: so may every public address, for an office that practises.
    """

    networks: tuple[Network, ...] = ()
    may_be_plain: bool = False


@dataclass(frozen=True)
class Target:
    """A URL taken apart: ``path`` with its query, ``host`` as the certificate and the header name
    it.
    """

    is_secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"


def parse(url: str, policy: Policy) -> Target:
    """The target of ``url``, as far as can be told without asking for the name's address.

    Raises ``NoTarget``: "not_a_url", "user_in_url", "not_https", "port_refused" or
    "private_address".
    """
    if len(url) > LONGEST or not _PRINTABLE.fullmatch(url):
        raise NoTarget("not_a_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NoTarget("not_a_url") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or parts.fragment:
        raise NoTarget("not_a_url")
    if parts.username is not None or parts.password is not None:
        raise NoTarget("user_in_url")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(is_secure, host, (443 if is_secure else 80) if port is None else port, path)
    if literal := _literal(host):
        check(target, literal, policy)
    elif not policy.networks:
        _check_way(target, policy)
    return target


def resolve(target: Target, policy: Policy) -> list[str]:
    """The addresses of the target now, each of them checked. Raises ``NoTarget`` if any may not be
    reached, ``NotDelivered`` ("no_such_host") where there is none at present.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotDelivered("no_such_host") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for one in addresses:
        check(target, ip_address(one), policy)
    return addresses


def check(target: Target, address: Address, policy: Policy) -> None:
    """Raise ``NoTarget`` unless the target may be reached at ``address``."""
    if any(address in one for one in policy.networks):
        return
    if not is_public(address):
        raise NoTarget("private_address")
    _check_way(target, policy)


def is_public(address: Address) -> bool:
    """Whether the address is one of the internet's, by itself and not in disguise."""
    if any(address in one for one in _NOT_PUBLIC) or getattr(address, "scope_id", None):
        return False
    is_special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or getattr(address, "is_site_local", False)
    )
    return address.is_global and not is_special


def _check_way(target: Target, policy: Policy) -> None:
    if policy.may_be_plain:
        return
    if not target.is_secure:
        raise NoTarget("not_https")
    if target.port not in PORTS:
        raise NoTarget("port_refused")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
