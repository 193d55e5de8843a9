"""The command line of the stand-in; every option may also be an environment variable SANDBOX_…."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from orders.sandbox.settings import CHOICES, Account, Switches
from orders.sandbox.signing import SHA_TYPES

_HELP = {
    "host": "address to listen on",
    "port": "port to listen on",
    "control_port": "a second port, on 127.0.0.1 only, where switches are changed while running",
    "books": "SQLite file that remembers tokens, orders and totals over a restart",
    "seed": "JSON file of tokens and orders from the past, taken into the books at the start",
    "feedback_retry_s": "seconds between two attempts to deliver feedback",
    "return_method": "how the browser goes back to return_url",
    "feedback": "when feedback is sent: after the answer, first, as a duplicate, or off",
    "feedback_format": "body of feedback",
    "delay_after_commit_s": "seconds between taking the money and answering",
    "masked_echoes": "e-mail, name and phone come back as asterisks",
    "html_escaped_echoes": "apostrophes come back as &#39;",
    "unsigned_errors": "answers with status 00 carry no signature",
    "language": "language of every answer; empty: the request's",
    "not_found_code": "what CHECK_STATUS says of an unknown order",
    "plain_refusals": "00042, 00048, 00034 in place of 05042, 07048, 09034",
    "uncertain_cards": "how the uncertain test cards end",
    "resolve_after_s": "seconds until uncertain operations end",
    "time_scale": "multiplies the waits that amounts ask for",
    "force": "digits of an unusual amount, as if in every money command",
}
_DEFAULTS: dict[str, Any] = {
    "host": "127.0.0.1",
    "port": 9800,
    "control_port": 0,
    "books": "",
    "seed": "",
    "feedback_retry_s": 10.0,
    **asdict(Account()),
    **asdict(Switches()),
}


def read_options(arguments: list[str] | None, environment: Mapping[str, str]) -> dict[str, Any]:
    """The options by name; ends the program with a sentence and code 2 on a wrong one."""
    parser = argparse.ArgumentParser(
        prog="python -m orders.sandbox",
        description="A stand-in for Amazon Payment Services. No money moves.",
    )
    parser.add_argument(
        "--feedback-url",
        action="append",
        metavar="URL",
        help="where feedback is posted; may be given more than once",
    )
    parser.add_argument("--help-amounts", action="store_true", help="list test cards and amounts")
    for name, default in _DEFAULTS.items():
        _add(parser, name, default)
    parser.set_defaults(**_from(environment))
    options = vars(parser.parse_args(arguments))
    options["feedback_urls"] = options.pop("feedback_url") or []
    try:
        Switches().changed(**{name: options[name] for name in asdict(Switches())})
    except ValueError as error:
        parser.error(str(error))
    return options


def _add(parser: argparse.ArgumentParser, name: str, default: Any) -> None:
    flag, words = f"--{name.replace('_', '-')}", _HELP.get(name, "of the merchant's account")
    if isinstance(default, bool):
        action = argparse.BooleanOptionalAction
        parser.add_argument(flag, action=action, default=default, help=words)
        return
    choices = SHA_TYPES if name == "sha_type" else CHOICES.get(name)
    parser.add_argument(flag, type=type(default), default=default, choices=choices, help=words)


def _from(environment: Mapping[str, str]) -> dict[str, Any]:
    """Options given by the environment; argparse reads texts as it reads the command line's."""
    given: dict[str, Any] = {
        name: environment[f"SANDBOX_{name.upper()}"]
        for name in _DEFAULTS
        if f"SANDBOX_{name.upper()}" in environment
    }
    for name, default in _DEFAULTS.items():
        if isinstance(default, bool) and name in given:
            given[name] = given[name].lower() in ("1", "true", "yes", "on")
    if "SANDBOX_FEEDBACK_URL" in environment:
        given["feedback_url"] = environment["SANDBOX_FEEDBACK_URL"].split()
    return given
