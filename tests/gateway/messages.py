"""Signed messages of the gateway as it would send them, and every way to cut them up anew."""

from collections.abc import Iterator

from tests.gateway.scripted import signed

CARD_RETURN = signed(
    {
        "service_command": "TOKENIZATION",
        "access_code": "demoAccessCode000001",
        "merchant_identifier": "MotoDemo",
        "merchant_reference": "MO-10482-1",
        "language": "en",
        "token_name": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "card_number": "400555******0001",
        "card_bin": "400555",
        "expiry_date": "3005",
        "card_holder_name": "LAYLA HADDAD",
        "return_url": "https://office.example/orders/card-return/",
        "response_code": "18000",
        "response_message": "Success",
        "status": "18",
    }
)
FEEDBACK = signed(
    {
        "command": "PURCHASE",
        "access_code": "demoAccessCode000001",
        "merchant_identifier": "MotoDemo",
        "merchant_reference": "MO-10482-1",
        "amount": "25050",
        "currency": "AED",
        "language": "en",
        "customer_email": "caller@example.com",
        "customer_ip": "192.0.2.10",
        "eci": "MOTO",
        "token_name": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "fort_id": "169996200000000001",
        "payment_option": "VISA",
        "authorization_code": "831000",
        "acquirer_response_code": "00",
        "card_number": "400555******0001",
        "card_holder_name": "LAYLA HADDAD",
        "expiry_date": "3005",
        "order_description": "Phone order #123 - 2 seats",
        "reconciliation_reference": "332211000001",
        "response_code": "14000",
        "response_message": "Success",
        "status": "14",
    }
)


def resplits(message: dict[str, str]) -> Iterator[dict[str, str]]:
    """Other messages that carry the same signature, because nothing separates signed pairs.

    One value swallows its neighbours, whole or in part; or a border between a value and the next
    name moves to either side. All names stay in sorted order, as the rule wants.
    """
    pairs = sorted((name, text) for name, text in message.items() if name != "signature")
    for first in range(len(pairs)):
        for last in range(first + 1, len(pairs)):
            swallowed = "".join(f"{name}={text}" for name, text in pairs[first + 1 : last + 1])
            name, text = pairs[first]
            yield from _whole(
                message, [*pairs[:first], (name, text + swallowed), *pairs[last + 1 :]]
            )
    for place in range(len(pairs) - 1):
        (name, text), (next_name, next_text) = pairs[place : place + 2]
        run = text + next_name
        for border in range(len(run)):
            if border == len(text):
                continue
            moved = [(name, run[:border]), (run[border:], next_text)]
            yield from _whole(message, [*pairs[:place], *moved, *pairs[place + 2 :]])


def _whole(message: dict[str, str], pairs: list[tuple[str, str]]) -> Iterator[dict[str, str]]:
    other = dict(pairs)
    if len(other) == len(pairs) and [name for name, _text in pairs] == sorted(other):
        yield other | {"signature": message["signature"]}
