"""/FortAPI/paymentApi: one JSON message in, one signed JSON message out."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from orders.sandbox.answers import compose, spoiled
from orders.sandbox.checks import command_of, refusal
from orders.sandbox.journal import Received, scrubbed
from orders.sandbox.maintenance import check_status, maintain
from orders.sandbox.payments import pay
from orders.sandbox.replies import Reply
from orders.sandbox.standin import Result, StandIn
from orders.sandbox.tokens import store_card, update_token

Handler = Callable[[StandIn, dict[str, str]], Result]
_HANDLERS: dict[str, Handler] = {
    "PURCHASE": pay,
    "AUTHORIZATION": pay,
    "CAPTURE": maintain,
    "VOID_AUTHORIZATION": maintain,
    "REFUND": maintain,
    "CHECK_STATUS": check_status,
    "UPDATE_TOKEN": update_token,
    "TOKENIZATION": store_card,
    "CREATE_TOKEN": store_card,
}


def answer_api(standin: StandIn, body: bytes) -> Reply:
    """Carry out one message to paymentApi."""
    message = _parsed(body)
    if message is None:
        answer = compose(standin, {}, note(standin, {}, Result("00073"), on_page=False))
        return Reply(_json(answer))
    result = carry_out(standin, message, on_page=False)
    answer = compose(standin, message, result) if result.response_code else {}
    if result.notify:
        _notify(standin, answer, result)
    elif result.unusual and result.unusual.held_up_s:
        wait_s = standin.scaled(result.unusual.held_up_s)
        standin.later.after(wait_s, partial(_arrive_late, standin, message))
    return _sent(standin, answer, result)


def carry_out(standin: StandIn, message: dict[str, str], on_page: bool) -> Result:
    """Check a message, do what it asks, and write it into the journal."""
    refused = refusal(message, on_page, standin.account)
    command = command_of(message, on_page)
    if refused or command is None:
        return note(standin, message, Result(f"00{refused}"), on_page)
    with standin.books.lock:
        result = _HANDLERS[command.name](standin, message)
    return note(standin, message, result, on_page)


def _arrive_late(standin: StandIn, message: dict[str, str]) -> None:
    """Carry out a request that was held up on its way; nobody waits for its answer any more."""
    with standin.books.lock:
        if standin.stopping.is_set():
            return
        result = _HANDLERS[message["command"]](standin, message)
    if result.notify:
        _notify(standin, compose(standin, message, result), result)


def note(standin: StandIn, message: dict[str, str], result: Result, on_page: bool) -> Result:
    """Write a message into the journal; the result comes back unchanged."""
    parameters = scrubbed(message)
    named = [parameters.get(key) for key in ("command", "service_command", "query_command")]
    standin.journal.add(
        Received(
            time=standin.today_iso(),
            address="paymentPage" if on_page else "paymentApi",
            command=next(filter(None, named), ""),
            merchant_reference=parameters.get("merchant_reference", ""),
            amount=parameters.get("amount", ""),
            currency=parameters.get("currency", ""),
            card_number=result.fields.get("card_number", parameters.get("card_number", "")),
            response_code=result.response_code,
            unusual=result.unusual.words if result.unusual else "",
            parameters=parameters,
        )
    )
    return result


def _notify(standin: StandIn, answer: dict[str, str], result: Result) -> None:
    switches = standin.switches
    unseen_s = standin.scaled(result.unusual.unseen_s) if result.unusual else 0.0
    if switches.feedback == "first" and not unseen_s:
        standin.feedback.send_now(answer, switches.feedback_format)
    elif switches.feedback != "off":
        for _ in range(2 if switches.feedback == "duplicate" else 1):
            standin.feedback.send(answer, switches.feedback_format, unseen_s)


def _sent(standin: StandIn, answer: dict[str, str], result: Result) -> Reply:
    """The answer as the unusual case wants it sent."""
    case = result.unusual
    delay_s = standin.switches.delay_after_commit_s if result.notify else 0.0
    if case is None:
        return Reply(_json(answer), delay_s=delay_s)
    delay_s += standin.scaled(case.delay_s)
    if case.wire == "drop":
        return Reply(drop=True, delay_s=delay_s)
    if case.wire == "500":
        return Reply(b"<h1>Internal Server Error</h1>", "text/html", 500, delay_s=delay_s)
    if case.wire == "html":
        return Reply(b"<h1>Service</h1>", "text/html", delay_s=delay_s)
    if case.spoiled:
        answer = spoiled(standin, answer, case.spoiled)
    return Reply(_json(answer), delay_s=delay_s)


def _parsed(body: bytes) -> dict[str, str] | None:
    """The flat object of texts that a message is; None for anything else."""
    try:
        message = json.loads(body, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    if any(type(value) not in (str, int) for value in message.values()):
        return None
    return {name: str(value) for name, value in message.items()}


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a parameter is named twice")
    return dict(pairs)


def _json(answer: dict[str, str]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()
