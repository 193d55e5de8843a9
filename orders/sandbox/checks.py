"""The checks every message passes before anything is done, in the gateway's order.

What needs the books (duplicate reference, token, totals) is checked where the work is done.
"""

from collections.abc import Mapping

from orders.sandbox.amounts import EXPONENTS
from orders.sandbox.parameters import COMMANDS, PARAMETERS, Command
from orders.sandbox.settings import Account
from orders.sandbox.signing import UNSIGNED_ON_THE_PAGE, is_signed

Message = Mapping[str, str]


def command_of(message: Message, on_page: bool) -> Command | None:
    """The command a message names, if this address knows it."""
    for key in ("command", "service_command", "query_command"):
        command = COMMANDS.get(message.get(key, ""))
        if command is not None and command.key == key and command.on_page == on_page:
            return command
    return None


def refusal(message: Message, on_page: bool, account: Account) -> str:
    """The three digits of the first thing wrong with a message, or empty if nothing is."""
    command = command_of(message, on_page)
    if command is None:
        return "004"
    if message.get("merchant_identifier") != account.merchant_identifier:
        return "009"
    if message.get("access_code") != account.access_code:
        return "010"
    unsigned = UNSIGNED_ON_THE_PAGE if on_page else frozenset[str]()
    if not is_signed(message, account.request_phrase, account.sha_type, unsigned):
        return "008"
    return _presence(message, command) or _writing(message) or _money(message)


def _presence(message: Message, command: Command) -> str:
    if any(not message.get(name) for name in command.mandatory):
        return "001"
    if not (message.get("merchant_reference") or message.get("fort_id")):
        return "001"
    if command.on_page and not message.get("return_url"):
        return "037"
    if any(name not in command.mandatory | command.optional for name in message):
        return "027"
    return ""


def _writing(message: Message) -> str:
    rules = [(value, PARAMETERS[name]) for name, value in message.items()]
    if any(len(value) > rule.max_length for value, rule in rules):
        return "032"
    if any(not value or value != value.strip() or not rule.fits(value) for value, rule in rules):
        return "002"
    if any(rule.values and value not in rule.values for value, rule in rules):
        return "033"
    return ""


def _money(message: Message) -> str:
    if "currency" in message and message["currency"] not in EXPONENTS:
        return "013"
    if "amount" in message and message["amount"].startswith("0"):
        return "005"
    return ""
