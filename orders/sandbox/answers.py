"""The signed answer to a message: an echo of what was asked, and what it came to."""

from collections.abc import Mapping

from orders.sandbox.cards import masked
from orders.sandbox.codes import text_of
from orders.sandbox.settings import Switches
from orders.sandbox.signing import signature_of
from orders.sandbox.standin import Result, StandIn

_PERSONAL = ("customer_email", "customer_name", "phone_number")
_NEVER_ECHOED = ("signature", "card_security_code")


def compose(standin: StandIn, message: Mapping[str, str], result: Result) -> dict[str, str]:
    """The answer to a message, signed with the response phrase."""
    answer = _echo(message, standin.switches) | result.fields
    answer["response_code"] = result.response_code
    answer["response_message"] = message_text(standin, message, result.response_code)
    answer["status"] = result.response_code[:2]
    if not (answer["status"] == "00" and standin.switches.unsigned_errors):
        answer["signature"] = sign(standin, answer)
    return answer


def sign(standin: StandIn, answer: Mapping[str, str]) -> str:
    """The signature of an answer."""
    return signature_of(answer, standin.account.response_phrase, standin.account.sha_type)


def message_text(standin: StandIn, message: Mapping[str, str], response_code: str) -> str:
    """The text of a code in the language of the request, or of the switch."""
    return text_of(response_code, standin.switches.language or message.get("language", "en"))


def spoiled(standin: StandIn, answer: dict[str, str], what: str) -> dict[str, str]:
    """The answer with one thing wrong: its signature, its amount, or its code."""
    if what == "signature":
        return answer | {"signature": answer["signature"][::-1]}
    if what == "amount":
        answer = answer | {"amount": str(int(answer.get("amount", "0")) + 100)}
    elif what == "code":
        answer = answer | {
            "response_code": "00006",
            "response_message": text_of("00006", answer.get("language", "en")),
            "status": "00",
        }
    return answer | {"signature": sign(standin, answer)}


def _echo(message: Mapping[str, str], switches: Switches) -> dict[str, str]:
    echo = {name: value for name, value in message.items() if name not in _NEVER_ECHOED}
    if "card_number" in echo:
        echo["card_number"] = masked(echo["card_number"])
    if switches.html_escaped_echoes:
        echo = {name: value.replace("'", "&#39;") for name, value in echo.items()}
    if switches.masked_echoes:
        echo |= {name: "*" * len(echo[name]) for name in _PERSONAL if name in echo}
    return echo
