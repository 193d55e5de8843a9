"""Messages that the gateway never sent: true ones changed in every way somebody could think of.

Some are even signed with the right phrase, which no stranger could do: they speak of another
account, or are written in a way that has more than one reading. All of it comes from the chance
that is handed in, so that a seed brings the same messages back.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import parse_qsl, urlencode

from bench.true_messages import (
    ACCOUNT,
    Message,
    Target,
    card_return,
    feedback,
    resplit,
    signed,
)
from orders.sandbox.signing import signature_of

JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
REPLAYED, HUGE = "replayed at the other door", "huge"
NUMBERS = ("amount", "status", "response_code", "fort_id", "merchant_reference")
DIGITS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९")

Bent = tuple[object, str, str]  # a message or a body, its way (json, form), its content type


@dataclass(frozen=True)
class Forgery:
    """One body for one door ("feedback" or "card return"), how it was made, and of what."""

    kind: str
    door: str
    body: bytes
    content_type: str
    true: Message

    @property
    def says_the_truth(self) -> bool:
        """Whether it is but another spelling of the true message: a blank in JSON, say."""
        try:
            text = self.body.decode()
            if self.content_type == JSON_TYPE:
                pairs = json.loads(text, object_pairs_hook=list)
            else:
                pairs = parse_qsl(text, keep_blank_values=True)
        except ValueError:
            return False
        return self.kind != REPLAYED and _plain(pairs) == _plain(self.true.items())


def forgeries(
    targets: Sequence[Target], return_url: str, chance: Random, number: int
) -> Iterator[Forgery]:
    """``number`` forgeries about ``targets``, of every kind in turn."""
    kinds = [*KINDS, REPLAYED] * 8 + [HUGE]
    for place in range(number):
        target, door = chance.choice(targets), chance.choice(["feedback", "card return"])
        true = {
            "feedback": feedback(target, chance),
            "card return": card_return(target, chance, return_url),
        }
        kind = kinds[place % len(kinds)]
        if kind == REPLAYED:
            other = "card return" if door == "feedback" else "feedback"
            bent: Bent = (true[other], _way(door, chance), "")
        elif kind == HUGE:
            bent = (true[door] | {"order_description": "x" * 300_000}, _way(door, chance), "")
        else:
            bent = KINDS[kind](true[door], _way(door, chance), chance)
        yield _forgery(kind, door, true[door], *bent)


def _flipped(message: Message, way: str, chance: Random) -> Bent:
    body = bytearray(_written(message, way))
    for _each in range(chance.choice([1, 1, 2, 3, 8])):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body), way, ""


def _dropped(message: Message, way: str, chance: Random) -> Bent:
    gone = chance.choice(sorted(message))
    return {name: text for name, text in message.items() if name != gone}, way, ""


def _added(message: Message, way: str, chance: Random) -> Bent:
    extra = chance.choice(["merchant_extra", "settlement_reference", "card_brand", "admin", "x[]"])
    return message | {extra: f"{chance.randrange(10**6)}"}, way, ""


def _renamed(message: Message, way: str, chance: Random) -> Bent:
    name = chance.choice(sorted(message))
    new = chance.choice([name.upper(), f"{name}[]", f" {name}", f"{name}\x00", f"x_{name}"])
    return {new if one == name else one: text for one, text in message.items()}, way, ""


def _repeated(message: Message, way: str, chance: Random) -> Bent:
    name = chance.choice(sorted(message))
    value = chance.choice([message[name], "1", ""])
    pairs = [*message.items()]
    pairs.insert(chance.randrange(len(pairs) + 1), (name, value))
    if way == "form":
        return urlencode(pairs).encode(), way, ""
    inner = ",".join(f"{json.dumps(one)}:{json.dumps(text)}" for one, text in pairs)
    return f"{{{inner}}}".encode(), way, ""


def _resplit(message: Message, way: str, chance: Random) -> Bent:
    return resplit(message, chance), way, ""


def _other_phrase(message: Message, way: str, chance: Random) -> Bent:
    phrases = ["", ACCOUNT.request_phrase, ACCOUNT.response_phrase.upper(), "secret"]
    return _signed_anew(message, chance.choice(phrases)), way, ""


def _other_account(message: Message, way: str, chance: Random) -> Bent:
    name = chance.choice(["merchant_identifier", "access_code"])
    value = chance.choice([message[name] + "0", "Another", ""])
    return _signed_anew(message | {name: value}), way, ""


def _other_algorithm(message: Message, way: str, chance: Random) -> Bent:
    phrase = ACCOUNT.response_phrase
    names = sorted(name for name in message if name != "signature")
    text = "".join(f"{name}={message[name]}" for name in names)
    whole = f"{phrase}{text}{phrase}".encode()
    name = chance.choice(["md5", "sha1", "sha224", "sha384", "sha512", "sha3_256", "hmac"])
    if name == "hmac":
        signature = hmac.new(phrase.encode(), text.encode(), "sha256").hexdigest()
    else:
        signature = hashlib.new(name, whole).hexdigest()
    return message | {"signature": signature}, way, ""


def _other_digits(message: Message, way: str, chance: Random) -> Bent:
    name = chance.choice([name for name in NUMBERS if name in message])
    script = str.maketrans("0123456789", chance.choice(DIGITS))
    return _signed_anew(message | {name: message[name].translate(script)}), way, ""


def _nested(message: Message, _way: str, chance: Random) -> Bent:
    name = chance.choice(sorted(message))
    value = chance.choice([[message[name]], {name: message[name]}, None, True])
    bent: dict[str, object] = message | {name: value}
    if name != "signature":
        bent["signature"] = signature_of(bent, ACCOUNT.response_phrase)
    whole = chance.choice([bent, [bent], {"a": message}, [message, message]])
    return json.dumps(whole).encode(), "json", JSON_TYPE


def _as_number(message: Message, _way: str, chance: Random) -> Bent:
    name = chance.choice(["status", "response_code"])
    value = chance.choice([int(message[name]), float(message[name])])
    return json.dumps(_signed_anew(message | {name: value})).encode(), "json", JSON_TYPE


def _empty(_message: Message, way: str, chance: Random) -> Bent:
    return chance.choice([b"", b"{}", b"&", b"=", b"null", b"[]", b"\x00", b"signature="]), way, ""


def _other_type(message: Message, way: str, _chance: Random) -> Bent:
    # The card comes back as a form and nothing else.
    if way == "json" or "return_url" in message:
        return message, "json", FORM_TYPE
    return message, way, JSON_TYPE


def _mixed(message: Message, way: str, chance: Random) -> Bent:
    names = [name for name in ("amount", "token_name", "merchant_reference") if name in message]
    name = chance.choice(names)
    value = message[name]
    return message | {name: value[:-1] + ("1" if value[-1] != "1" else "2")}, way, ""


def _other_signature(message: Message, way: str, chance: Random) -> Bent:
    true = message["signature"]
    wrong = ["", "0" * 64, true[:-1], true * 2, true[::-1], f"{chance.getrandbits(256):064x}"]
    return message | {"signature": chance.choice(wrong)}, way, ""


def _sneaked(message: Message, way: str, chance: Random) -> Bent:
    name = chance.choice([name for name in message if name not in ("signature", "return_url")])
    sneak = chance.choice(["\x00", "\n", "\x7f", "=14", "=", "\ud800"])
    bent = message | {name: message[name] + sneak}
    return (_signed_anew(bent) if sneak != "\ud800" else bent), way, ""


KINDS: dict[str, Callable[[Message, str, Random], Bent]] = {
    "bytes flipped": _flipped,
    "parameter dropped": _dropped,
    "parameter added": _added,
    "parameter renamed": _renamed,
    "parameter repeated": _repeated,
    "cut up anew": _resplit,
    "other phrase": _other_phrase,
    "other account, well signed": _other_account,
    "other algorithm": _other_algorithm,
    "digits of other scripts, well signed": _other_digits,
    "lists and objects, well signed": _nested,
    "numbers for texts, well signed": _as_number,
    "nothing in it": _empty,
    "form for JSON and back": _other_type,
    "values mixed": _mixed,
    "other signature": _other_signature,
    "control characters, well signed": _sneaked,
}


def _plain(pairs: object) -> list[tuple[str, str]]:
    """The pairs in order, the signature in lower case; none if it is anything else."""
    try:
        listed = sorted((str(name), value) for name, value in pairs)  # type: ignore[attr-defined]
        return [(name, value.lower() if name == "signature" else value) for name, value in listed]
    except (AttributeError, TypeError, ValueError):
        return []


def _forgery(
    kind: str, door: str, true: Message, bent: object, way: str, content_type: str
) -> Forgery:
    body = bent if isinstance(bent, bytes) else _written(bent, way)
    content_type = content_type or (JSON_TYPE if way == "json" else FORM_TYPE)
    return Forgery(kind, door, body, content_type, true)


def _way(door: str, chance: Random) -> str:
    return "form" if door == "card return" else chance.choice(["json", "form"])


def _written(message: Message, way: str) -> bytes:
    if way == "json":
        return json.dumps(message, ensure_ascii=True).encode()
    return urlencode(message, errors="replace").encode()


def _signed_anew(message: Message, phrase: str = ACCOUNT.response_phrase) -> Message:
    return signed({name: text for name, text in message.items() if name != "signature"}, phrase)
