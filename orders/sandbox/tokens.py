"""TOKENIZATION, CREATE_TOKEN and UPDATE_TOKEN: stored cards come to be, change and end."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from orders.sandbox.books import Token
from orders.sandbox.cards import PublishedCard, card_of, masked
from orders.sandbox.codes import FAILURE, SUCCESS
from orders.sandbox.standin import Result, StandIn

Message = Mapping[str, str]


def store_card(standin: StandIn, message: Message) -> Result:
    """Store a card the browser sent. The caller holds the books' lock."""
    command = message["service_command"]
    card = card_of(message["card_number"])
    refused = _card_refusal(standin, message, card)
    if card is None or refused:
        return Result(f"{FAILURE[command]}{refused}")
    name = message.get("token_name") or secrets.token_hex(16)
    is_new = name not in standin.books.tokens
    token = Token(
        token_name=name,
        card_number=masked(card.number),
        brand=card.brand,
        outcome=card.outcome,
        expiry_date=message["expiry_date"],
        card_holder_name=message.get("card_holder_name", ""),
        bound_to=message["merchant_reference"] if message.get("remember_me") == "NO" else "",
        created=standin.today_iso(),
    )
    standin.books.keep(token)
    success = "000" if command == "TOKENIZATION" else "062"
    fields = {"token_name": name, "card_bin": card.number[: 8 if len(card.number) > 16 else 6]}
    return Result(SUCCESS[command] + (success if is_new else "063"), fields)


def update_token(standin: StandIn, message: Message) -> Result:
    """Change a stored card's name, holder, expiry or state. The caller holds the books' lock."""
    books = standin.books
    reference = message["merchant_reference"]
    if books.knows(reference):
        return Result("00066")
    token = books.tokens.get(message["token_name"])
    if token is None:
        return Result("00044")
    expiry = message.get("expiry_date", token.expiry_date)
    if not _is_month(expiry):
        return Result("59100")
    if "expiry_date" in message and has_ended(expiry, standin.now()):
        return Result("59012")
    new_name = message.get("new_token_name", token.token_name)
    if new_name != token.token_name and new_name in books.tokens:
        return Result("59114")
    token.expiry_date = expiry
    token.card_holder_name = message.get("card_holder_name", token.card_holder_name)
    token.status = message.get("token_status", token.status)
    books.rename(token, new_name)
    books.spend(reference)
    return Result("58000", _described(token))


def has_ended(expiry_date: str, now: datetime) -> bool:
    """Whether a card (YYMM) is past the last day of its month."""
    year, month = 2000 + int(expiry_date[:2]), int(expiry_date[2:])
    return (year, month) < (now.year, now.month)


def _card_refusal(standin: StandIn, message: Message, card: PublishedCard | None) -> str:
    if card is None:
        return "016"
    if not _is_month(message["expiry_date"]):
        return "100"
    if has_ended(message["expiry_date"], standin.now()):
        return "012"
    cvv = message.get("card_security_code")
    if cvv is not None and len(cvv) != (4 if card.brand == "AMEX" else 3):
        return "032"
    return ""


def _is_month(expiry_date: str) -> bool:
    return len(expiry_date) == 4 and 1 <= int(expiry_date[2:]) <= 12


def _described(token: Token) -> dict[str, str]:
    return {
        "card_number": token.card_number,
        "expiry_date": token.expiry_date,
        "token_status": token.status,
        "creation_date": token.created,
        "card_brand": token.brand,
        "card_bin": token.card_number[:6],
    }
