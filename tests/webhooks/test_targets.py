"""Which addresses may be reached, however they are written and whatever their names answer."""

import socket
from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.webhooks import NoTarget, NotDelivered, Policy, parse, resolve
from orders.webhooks.targets import is_public

STRICT = Policy()
PRACTICE = Policy(may_be_plain=True)
LOCAL = Policy((ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16")))

PRIVATE = """
    127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1
    100.100.100.200 169.254.169.254 192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
    224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 fe80::1 fe80::1%1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 ff0e::1 2001:db8::1 100::1
    ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808
    64:ff9b:1::1 2002:7f00:1:: 2002:808:808:: 2001:0:1::1
""".split()


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses."""

    def getaddrinfo(_host: str, port: int, **_more: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def reason(url: str, policy: Policy = STRICT) -> str:
    """Why the address must not be reached, "" where it may."""
    try:
        resolve(parse(url, policy), policy)
    except NotDelivered as refusal:
        return refusal.reason
    return ""


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1"])
def test_an_address_of_the_internet_may_be_reached(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_public(ip_address(address))
    answers(monkeypatch, address)
    assert reason("https://shop.example.com/hooks") == ""
    assert reason("https://shop.example.com:8443/hooks?a=1") == ""


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("policy", [STRICT, PRACTICE], ids=["strict", "practice"])
def test_no_other_address_may(
    address: str, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    assert reason(f"https://{host}/", policy) in {"private_address", "not_a_url"}
    answers(monkeypatch, address)
    assert reason("https://shop.example.com/", policy) == "private_address"


def test_one_private_address_among_others_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "8.8.8.8", "10.0.0.1")
    assert reason("https://shop.example.com/") == "private_address"


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "LOCALHOST.", "0"]
)
def test_other_spellings_of_this_machine_are_looked_up_first(host: str) -> None:
    assert reason(f"https://{host}/") in {"private_address", "no_such_host"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://shop.example.com/", "not_https"),
        ("https://shop.example.com:22/", "port_refused"),
        ("https://shop.example.com:80/", "port_refused"),
        ("https://user:pw@shop.example.com/", "user_in_url"),
        ("https://@shop.example.com/", "user_in_url"),
        ("ftp://shop.example.com/", "not_a_url"),
        ("https://", "not_a_url"),
        ("https:///path", "not_a_url"),
        ("shop.example.com", "not_a_url"),
        ("https://shop.example.com/#part", "not_a_url"),
        ("https://shop.example.com/a b", "not_a_url"),
        ("https://shop.example.com/\r\nX-Evil: 1", "not_a_url"),
        ("https://shöp.example.com/", "not_a_url"),
        ("https://shop.example.com:99999/", "not_a_url"),
        ("https://[::1/", "not_a_url"),
        ("https://shop.example.com/" + "a" * 500, "not_a_url"),
    ],
)
def test_what_is_no_proper_address_is_refused_when_it_is_typed(url: str, why: str) -> None:
    with pytest.raises(NoTarget) as caught:
        parse(url, STRICT)
    assert caught.value.reason == why


def test_listed_networks_may_be_reached_in_any_way_and_no_others() -> None:
    assert reason("http://127.0.0.1:9999/", LOCAL) == ""
    assert reason("http://10.1.2.3/", LOCAL) == ""
    assert reason("http://10.2.0.1/", LOCAL) == "private_address"
    assert reason("http://8.8.8.8/", LOCAL) == "not_https"
    assert reason("https://[::ffff:127.0.0.1]/", LOCAL) == "private_address"


def test_where_one_practises_http_and_any_port_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "8.8.8.8")
    assert reason("http://shop.example.com:9000/", PRACTICE) == ""


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(NotDelivered) as caught:
        resolve(parse("https://nowhere.invalid/", STRICT), STRICT)
    assert (caught.value.reason, type(caught.value)) == ("no_such_host", NotDelivered)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}/", f"https://[{text}]/"):
        try:
            parse(url, STRICT)
        except NoTarget:
            continue


@given(st.ip_addresses(v=4))
def test_an_address_in_disguise_is_never_public(address: object) -> None:
    plain = int(address)  # type: ignore[call-overload]
    for disguise in ("::", "::ffff:0:0", "64:ff9b::"):
        assert not is_public(IPv6Address(int(IPv6Address(disguise)) + plain))
    assert not is_public(IPv6Address(int(IPv6Address("2002::")) + (plain << 80)))


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://Shop.example.com", "shop.example.com", "/"),
        ("https://shop.example.com:443/a?b=c", "shop.example.com", "/a?b=c"),
        ("https://shop.example.com.:8443/a", "shop.example.com:8443", "/a"),
        ("https://[2606:4700::1]:8443/", "[2606:4700::1]:8443", "/"),
    ],
)
def test_a_url_is_taken_apart(url: str, authority: str, path: str) -> None:
    target = parse(url, STRICT)
    assert (target.authority, target.path) == (authority, path)
