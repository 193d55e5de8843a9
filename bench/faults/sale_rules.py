"""The promises about captures, voids and refunds, as comparisons between the office's database and
the gateway's books. Each rule gives a sentence for everything that breaks it.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from bench.faults.after_sale import COMMANDS, moved
from bench.faults.ledgers import Office, Row

Books = dict[str, Row]
CHARGES = ("purchase", "authorization")
DONE = {"capture": "04000", "void": "08000", "refund": "06000"}


def over_captured(office: Office, books: Books) -> Iterator[str]:
    """Nobody's reservation is taken twice over: neither at the gateway nor by our count."""
    for charge, rows in _charges(office):
        order = books.get(charge["merchant_reference"])
        captured = moved(charge, rows, "capture")
        if captured > charge["amount_minor"]:
            yield f"{charge['merchant_reference']}: {captured} captured here"
        if order and order["captured"] > order["authorized"]:
            yield f"{charge['merchant_reference']}: {order['captured']} captured at the gateway"


def over_refunded(office: Office, books: Books) -> Iterator[str]:
    """No more goes back than was taken."""
    for charge, rows in _charges(office):
        order = books.get(charge["merchant_reference"])
        refunded = moved(charge, rows, "refund")
        taken = moved(charge, rows, "capture")
        if refunded > (charge["amount_minor"] if charge["kind"] == "purchase" else taken):
            yield f"{charge['merchant_reference']}: {refunded} refunded here"
        if order and order["refunded"] > order["captured"]:
            yield f"{charge['merchant_reference']}: {order['refunded']} refunded at the gateway"


def wrong_sums(office: Office, books: Books) -> Iterator[str]:
    """What each charge stands at is what the gateway's books say of it."""
    for charge, rows in _charges(office):
        order = books.get(charge["merchant_reference"])
        if order is None or not charge["fort_id"] or not order["authorized"]:
            continue
        let_go = [row for row in _of(charge, rows, "void") if row["status"] == "approved"]
        is_gone = charge["status"] in ("voided", "lapsed")
        is_gone |= charge["status"] == "duplicate" and bool(let_go)
        captured = moved(charge, rows, "capture")
        if charge["kind"] == "purchase":
            captured = charge["amount_minor"]
        here = (captured, moved(charge, rows, "refund"), is_gone)
        there = (order["captured"], order["refunded"], order["voided"])
        if here != there:
            yield f"{charge['merchant_reference']}: {here} here, {there} at the gateway"


def done_twice(office: Office, books: Books, counts: Counter[tuple[str, str]]) -> Iterator[str]:
    """One wish is one request and one act: whatever is pressed, killed or asked about."""
    for charge, rows in _charges(office):
        reference = charge["merchant_reference"]
        for kind, command in COMMANDS.items():
            wished = len(_of(charge, rows, kind))
            if counts[reference, command] > wished:
                yield f"{reference}: {counts[reference, command]} of {command}, {wished} wanted"
    for reference, order in books.items():
        named = Counter(
            act["maintenance_reference"]
            for act in order["operations"]
            if act["response_code"] == DONE["refund"] and act["maintenance_reference"]
        )
        for name, times in named.items():
            if times > 1:
                yield f"{reference}: {name} was done {times} times"


def changed(office: Office, books: Books) -> Iterator[str]:
    """The gateway did what was meant, and to the charge that was meant."""
    meant = {row["maintenance_reference"]: row for row in office.operations if row["parent_id"]}
    for reference, order in books.items():
        for act in order["operations"]:
            row = meant.get(act["maintenance_reference"])
            if not act["maintenance_reference"]:
                continue
            if row is None or (row["merchant_reference"], row["amount_minor"]) != (
                reference,
                act["amount"],
            ):
                yield f"{reference}: {act['maintenance_reference']} was done with {act['amount']}"


def left_open(office: Office, _books: Books) -> Iterator[str]:
    """Whatever no program can settle, people have settled."""
    for row in office.operations:
        if row["parent_id"] and row["status"] in ("prepared", "sending", "unknown"):
            yield f"{row['maintenance_reference']} is {row['status']} ({row['problem']})"


def untold(office: Office, _books: Books) -> Iterator[str]:
    """Every act has its events: who wanted it, that it was made elsewhere, that it was undone."""
    told: Counter[tuple[str, str]] = Counter()
    for event in office.events:
        name = event["data"].get("maintenance_reference")
        told[name, event["kind"]] += 1
        told[name, "by a person"] += event["kind"].endswith("_sending") and bool(event["actor_id"])
        told[name, "two people"] += bool(event["data"].get("second_person"))
    for row in office.operations:
        if not row["parent_id"]:
            continue
        name, kind = row["maintenance_reference"], row["kind"]
        wanted = 0 if row["is_external"] else 1
        if (told[name, f"{kind}_sending"], told[name, "by a person"]) != (wanted, wanted):
            yield f"{name}: {told[name, f'{kind}_sending']} events say that it was wanted"
        if bool(row["reversed_at"]) != bool(told[name, "refund_reversed"]):
            yield f"{name}: reversed {row['reversed_at']}, the trail says otherwise"
        if row["approver_id"] and not told[name, "two people"]:
            yield f"{name}: the trail does not say who settled it"


RULES: dict[str, Callable[[Office, Books], Iterator[str]]] = {
    "over-captured": over_captured,
    "over-refunded": over_refunded,
    "wrong sums": wrong_sums,
    "changed follow-ups": changed,
    "open follow-ups": left_open,
    "untold follow-ups": untold,
}


def breaches(
    office: Office, books: Books, counts: Counter[tuple[str, str]]
) -> dict[str, list[str]]:
    """The sentences of every rule, none where all is well."""
    found = {name: list(rule(office, books)) for name, rule in RULES.items()}
    found["done twice"] = list(done_twice(office, books, counts))
    return found


def _charges(office: Office) -> Iterator[tuple[Row, list[Row]]]:
    for rows in office.operations_of().values():
        for row in rows:
            if row["kind"] in CHARGES:
                yield row, rows


def _of(charge: Row, rows: list[Row], kind: str) -> list[Row]:
    """The operations of ``kind`` that were wanted here for the charge."""
    mine = [row for row in rows if (row["parent_id"], row["kind"]) == (charge["id"], kind)]
    return [row for row in mine if not row["is_external"]]
