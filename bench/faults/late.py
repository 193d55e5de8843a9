"""What comes to light too late: charges that were declined, let go of, expired or seemed never to
have been made, and succeeded.
"""

from collections.abc import Iterator
from contextlib import suppress

from bench.faults.arena import Arena
from bench.faults.ledgers import Office, Row, is_taken
from bench.faults.plan import PLAIN
from orders.gateway import Client, GatewayError
from orders.services import aps

CHARGES = ("purchase", "authorization")
ONE_IN = 4
AT_LEAST = 3


def come_to_light(arena: Arena) -> tuple[int, set[str]]:
    """Let charges succeed whose orders are free, and such whose orders another charge holds; how
    many, and which of them another program sent.
    """
    office, books = arena.database.office(), arena.gateway_books()
    told, foreign = 0, set()
    for status in ("declined", "released", "expired", "not_charged"):
        for row in _some_of(office, status):
            reference, order = row["merchant_reference"], books.get(row["merchant_reference"])
            if status in ("expired", "not_charged"):
                # The token of a charge that expired is made inactive: another's is used there.
                is_fit = status == "not_charged" or not row["token_name"]
                if order is None and is_fit and _is_plain(row):
                    foreign.add(reference)
                    arena.postman.want(reference)
                    _send_by_another(row, row["token_name"] or _any_token(arena))
            elif order and not is_taken(order) and not _ends_by_itself(order):
                told += 1
                if status == "declined":
                    # Of a charge that was let go of CHECK_STATUS tells too, when asked again.
                    arena.postman.want(reference)
                arena.control.succeed(reference)
    return told + len(foreign), foreign


def _some_of(office: Office, status: str) -> Iterator[Row]:
    """A part of the charges at ``status``: of free orders, and of orders that are charged."""
    free, taken = [], []
    for rows in office.operations_of().values():
        charges = [row for row in rows if row["kind"] in CHARGES]
        holds = any(row["status"] == "approved" for row in charges)
        others_open = any(row["status"] in ("sending", "unknown") for row in charges)
        for row in charges:
            if row["status"] == status and not others_open:
                (taken if holds else free).append(row)
    for rows in (free, taken):
        # One of an order: the next would be the second charge of what is free no more.
        chosen = {row["order_id"]: row for row in rows}
        yield from list(chosen.values())[: max(AT_LEAST, len(rows) // ONE_IN)]


def _is_plain(row: Row) -> bool:
    return str(row["amount_minor"])[-3:] in PLAIN


def _any_token(arena: Arena) -> str:
    return str(arena.database.rows("SELECT token_name FROM orders_storedcard")[0]["token_name"])


def _send_by_another(row: Row, token_name: str) -> None:
    """Something else charges under the reference: another program on the account after a backup was
    restored, or a network that held the first request up for long. Nothing in this office sent it.
    """
    client = Client(aps.merchant())
    act = client.purchase if row["kind"] == "purchase" else client.authorize
    with suppress(GatewayError):  # the answer goes to whoever sent it
        act(
            merchant_reference=row["merchant_reference"],
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            token_name=token_name,
            customer_email="another@example.com",
        )


def _ends_by_itself(order: Row) -> bool:
    return bool(order["pending"] and order["pending"]["resolves_to"])
