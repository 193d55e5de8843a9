"""The promises of the office as comparisons between its database and the gateway's books.

Each rule gives a sentence for everything that breaks it; none may give any. The permitted moves
are written down here again on purpose: a wrong arrow in the office shall not excuse itself.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator

from bench.faults.ledgers import Office, Row, is_taken, is_undecided, order_id_of

Books = dict[str, Row]
CHARGES = ("purchase", "authorization")
HOLDS_MONEY = ("approved", "voided", "duplicate", "lapsed")
REFUSED = ("declined", "not_charged", "expired", "released")
NO_START = ""
ARROWS = {
    (NO_START, "prepared"),
    (NO_START, "sending"),
    ("prepared", "sending"),
    ("prepared", "expired"),
    ("sending", "approved"),
    ("sending", "declined"),
    ("sending", "not_charged"),
    ("sending", "unknown"),
    ("unknown", "approved"),
    ("unknown", "declined"),
    ("unknown", "not_charged"),
    ("unknown", "released"),
    ("approved", "voided"),
    ("approved", "lapsed"),
    ("not_charged", "sending"),
    *((refused, late) for refused in REFUSED for late in ("approved", "duplicate")),
}
STATUSES = {new for _old, new in ARROWS}


def double(office: Office, books: Books) -> Iterator[str]:
    """I1: an order is charged once; a second charge is known as such, and somebody was told."""
    charged: dict[int, list[str]] = defaultdict(list)
    for reference, order in books.items():
        if is_taken(order) and not order["voided"]:
            charged[order_id_of(reference)].append(reference)
    alarmed = {event["order_id"] for event in office.events if event["kind"] == "late_success"}
    known = {row["merchant_reference"] for row in office.operations if row["status"] == "duplicate"}
    for order_id, references in charged.items():
        excused = known & set(references) if order_id in alarmed else set()
        if len(references) - len(excused) > 1:
            yield f"order {order_id} was charged {len(references)} times: {references}"


def lost(office: Office, books: Books) -> Iterator[str]:
    """I2, I4: whatever the gateway took, the office knows of."""
    mine = {row["merchant_reference"]: row for row in office.operations if row["kind"] in CHARGES}
    for reference, order in books.items():
        if not is_taken(order):
            continue
        row = mine.get(reference)
        if row is None or row["status"] not in HOLDS_MONEY or row["fort_id"] != order["fort_id"]:
            yield f"{reference} was charged, here it is {row and row['status']}"


def false_paid(office: Office, books: Books) -> Iterator[str]:
    """I3: nothing is approved or paid but by a charge of that amount, verified and in the books."""
    proven = {row["operation_id"] for row in office.evidence if row["verified"]}
    holding = set()
    for row in office.operations:
        if row["kind"] not in CHARGES or row["status"] not in HOLDS_MONEY:
            continue
        order = books.get(row["merchant_reference"])
        frozen = (row["amount_minor"], row["currency"], row["fort_id"])
        if order is None or not is_taken(order):
            yield f"{row['merchant_reference']} is {row['status']}, the gateway took nothing"
        elif frozen != (order["amount"], order["currency"], order["fort_id"]):
            yield f"{row['merchant_reference']} is {frozen}, the gateway took {order['amount']}"
        elif row["id"] not in proven:
            yield f"{row['merchant_reference']} is {row['status']} without verified evidence"
        elif row["status"] == "approved":
            holding.add(row["order_id"])
    for order_id, order in office.orders.items():
        if (order["paid_at"] or order["captured_minor"]) and order_id not in holding:
            yield f"order {order_id} counts as {order['status']} without an approved charge"


def stuck(office: Office, _books: Books) -> Iterator[str]:
    """I11: nothing waits where nobody looks."""
    for row in office.operations:
        if row["status"] in ("prepared", "sending"):
            yield f"{row['merchant_reference']} is still {row['status']}"
        elif row["status"] == "unknown" and not row["next_check_at"]:
            yield f"{row['merchant_reference']} is unknown, and nobody will ask"
    for order_id, rows in office.operations_of().items():
        live = [row for row in rows if row["kind"] in CHARGES and row["status"] == "unknown"]
        if live and office.orders[order_id]["status"] != "unknown":
            yield f"order {order_id} hides that a charge is unknown"


def unresolved(office: Office, books: Books) -> Iterator[str]:
    """Whatever the gateway gives a definite answer about is settled."""
    for row in office.operations:
        order = books.get(row["merchant_reference"])
        if row["status"] == "unknown" and not (order and is_undecided(order)):
            yield f"{row['merchant_reference']} is unknown, the gateway knows"


def several_sends(
    counts: Counter[tuple[str, str]], office: Office, foreign: Collection[str] = ()
) -> Iterator[str]:
    """I5: a reference is sent once, and once more for every time that a person asked for it; never
    without the event that says so. ``foreign`` charges were sent by another program.
    """
    claims = Counter(
        event["data"]["merchant_reference"]
        for event in office.events
        if event["kind"] in {f"{kind}_sending" for kind in CHARGES} and event["actor_id"]
    )
    charges = [row for row in office.operations if row["kind"] in CHARGES]
    resent = {row["merchant_reference"]: row["resends"] for row in charges}
    for (reference, command), times in counts.items():
        if command not in ("PURCHASE", "AUTHORIZATION") or reference in foreign:
            continue
        if times > 1 + resent.get(reference, 0):
            yield f"{reference} was sent {times} times"
        if times > claims[reference]:
            yield f"{reference} was sent {times} times, {claims[reference]} events say so"


def moves(office: Office) -> Iterator[tuple[str, str, str]]:
    """Every move the trail tells of: merchant_reference (or the maintenance one), from, to. What
    was made at the gateway itself is born approved, and moves no more.
    """
    at: dict[str, str] = {}
    for event in office.events:
        _kind, _, status = event["kind"].partition("_")
        data = event["data"]
        if status not in STATUSES or _kind not in (*CHARGES, "capture", "void", "refund"):
            continue
        name = data.get("maintenance_reference") or data["merchant_reference"]
        if data.get("external"):
            at[name] = status
            continue
        yield name, at.get(name, NO_START), status
        at[name] = status


def wrong_moves(office: Office, _books: Books) -> Iterator[str]:
    """I6: the trail of every operation is a permitted path that ends where the row stands."""
    ends = {}
    for name, old, new in moves(office):
        ends[name] = new
        if (old, new) not in ARROWS:
            yield f"{name} went from {old or 'nothing'} to {new}"
    for row in office.operations:
        name = row["maintenance_reference"] or row["merchant_reference"]
        if row["is_external"]:
            continue
        if ends.get(name) != row["status"]:
            yield f"{name} is {row['status']}, its trail ends at {ends.get(name)}"


def wrong_totals(office: Office, books: Books) -> Iterator[str]:
    """I7: the totals hold together and are the gateway's own."""
    of_order: dict[int, Counter[str]] = defaultdict(Counter)
    duplicates = {
        row["merchant_reference"] for row in office.operations if row["status"] == "duplicate"
    }
    for reference, order in books.items():
        if reference not in duplicates and not order["voided"]:
            sums = {name: order[name] for name in ("authorized", "captured", "refunded")}
            of_order[order_id_of(reference)].update(sums)
    for order_id, order in office.orders.items():
        for name in ("authorized", "captured", "refunded"):
            if order[f"{name}_minor"] != of_order[order_id][name]:
                yield (
                    f"order {order_id}: {name} {order[f'{name}_minor']},"
                    f" at the gateway {of_order[order_id][name]}"
                )


def changed_on_the_way(office: Office, books: Books) -> Iterator[str]:
    """I8: the gateway was asked for what was meant."""
    for row in office.operations:
        order = books.get(row["merchant_reference"])
        if order is None or row["kind"] not in CHARGES:
            continue
        # Without a token here it was another program that charged: the card is its own affair.
        token = row["token_name"] or order["token_name"]
        asked = (order["amount"], order["currency"], order["token_name"], order["command"].lower())
        meant = (row["amount_minor"], row["currency"], token, row["kind"])
        frozen = office.orders[row["order_id"]]
        if asked != meant or frozen["amount_minor"] != row["amount_minor"]:
            yield f"{row['merchant_reference']}: asked {asked[:2]}, meant {meant[:2]}"


def unsigned_acts(office: Office, _books: Books) -> Iterator[str]:
    """I12: every move has its actor and time, and every send its person."""
    for event in office.events:
        is_send = event["kind"].endswith("_sending")
        if not event["actor_name"] or not event["at"] or (is_send and not event["actor_id"]):
            yield f"order {event['order_id']}: nobody did {event['kind']}"


RULES: dict[str, Callable[[Office, Books], Iterator[str]]] = {
    "double": double,
    "lost": lost,
    "false paid": false_paid,
    "stuck": stuck,
    "unresolved": unresolved,
    "wrong moves": wrong_moves,
    "wrong totals": wrong_totals,
    "changed on the way": changed_on_the_way,
    "acts of nobody": unsigned_acts,
}


def breaches(
    office: Office,
    books: Books,
    counts: Counter[tuple[str, str]],
    foreign: Collection[str] = (),
) -> dict[str, list[str]]:
    """The sentences of every rule, none where all is well."""
    found = {name: list(rule(office, books)) for name, rule in RULES.items()}
    found["sent twice"] = list(several_sends(counts, office, foreign))
    return found


def never_taken(arrows: Collection[tuple[str, str]]) -> Iterator[str]:
    """Arrows that a run did not take."""
    for old, new in sorted(ARROWS - set(arrows)):
        yield f"{old or 'nothing'} -> {new}"
