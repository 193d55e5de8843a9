"""What the gateway would really say, signed by the stand-in's own reading of the rule, and every
way to cut a signed message up anew: nothing separates what is signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from orders.sandbox.settings import Account
from orders.sandbox.signing import signature_of

ACCOUNT = Account()

Message = dict[str, str]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Target:
    """A charge that messages are about."""

    merchant_reference: str
    amount: str
    currency: str


def signed(message: Message, phrase: str = ACCOUNT.response_phrase) -> Message:
    """The message with its signature."""
    return message | {"signature": signature_of(message, phrase)}


def feedback(target: Target, chance: Random) -> Message:
    """What the gateway would say of a charge that went through."""
    return signed(_account() | {
        "merchant_reference": target.merchant_reference,
        "amount": target.amount, "currency": target.currency,
        "command": chance.choice(["PURCHASE", "AUTHORIZATION"]),
        "eci": "MOTO", "language": chance.choice(["en", "ar"]),
        "fort_id": f"1699962{chance.randrange(10**11):011}",
        "authorization_code": f"{chance.randrange(10**6):06}",
        "customer_email": "caller@example.com", "customer_ip": "192.0.2.10",
        "token_name": f"{chance.getrandbits(128):032x}",
        "order_description": "Phone order - 2 seats", "payment_option": "VISA",
        "response_code": "14000", "response_message": "Success", "status": "14",
    })  # fmt: skip


def card_return(target: Target, chance: Random, return_url: str) -> Message:
    """What the gateway would send the browser back with."""
    return signed(_account() | {
        "service_command": "TOKENIZATION", "language": "en",
        "merchant_reference": target.merchant_reference,
        "token_name": f"{chance.getrandbits(128):032x}",
        "card_number": "400555******0001", "card_bin": "400555", "expiry_date": "3005",
        "card_holder_name": "LAYLA HADDAD", "return_url": return_url,
        "response_code": "18000", "response_message": "Success", "status": "18",
    })  # fmt: skip


def resplits(message: Message) -> Iterator[Message]:
    """Every other message that has the same signature."""
    pairs = _pairs(message)
    for first in range(len(pairs)):
        for last in range(first + 1, len(pairs)):
            yield _swallowed(message, pairs, first, last)
    for place in range(len(pairs) - 1):
        for border in range(_run(pairs, place)):
            if border != len(pairs[place][1]):
                yield _moved(message, pairs, place, border)


def resplit(message: Message, chance: Random) -> Message:
    """One of them."""
    pairs = _pairs(message)
    place = chance.randrange(len(pairs) - 1)
    if chance.random() < 0.5:
        return _swallowed(message, pairs, place, chance.randrange(place + 1, len(pairs)))
    border = chance.randrange(1, _run(pairs, place))
    return _moved(message, pairs, place, border - (border == len(pairs[place][1])))


def _pairs(message: Message) -> Pairs:
    return sorted((name, text) for name, text in message.items() if name != "signature")


def _swallowed(message: Message, pairs: Pairs, first: int, last: int) -> Message:
    """A value takes in the parameters that follow it, names and all."""
    rest = "".join(f"{name}={text}" for name, text in pairs[first + 1 : last + 1])
    whole = (pairs[first][0], pairs[first][1] + rest)
    return dict([*pairs[:first], whole, *pairs[last + 1 :], _signature(message)])


def _run(pairs: Pairs, place: int) -> int:
    return len(pairs[place][1] + pairs[place + 1][0])


def _moved(message: Message, pairs: Pairs, place: int, border: int) -> Message:
    """The border between a value and the next name is elsewhere."""
    (name, text), (following, value) = pairs[place : place + 2]
    run = text + following
    moved = [(name, run[:border]), (run[border:], value)]
    return dict([*pairs[:place], *moved, *pairs[place + 2 :], _signature(message)])


def _signature(message: Message) -> tuple[str, str]:
    return "signature", message["signature"]


def _account() -> Message:
    return {
        "merchant_identifier": ACCOUNT.merchant_identifier, "access_code": ACCOUNT.access_code
    }  # fmt: skip
