"""Whatever is said about the charges of an order, in whatever sequence and however often.

A sequence of acts by people and statements by the gateway is made up at random. After each one the
promises must hold: nothing is lost, nothing proven is undone, no order is charged twice unseen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import Outcome
from orders.models import Evidence, Operation, Order, Staff
from orders.services import audit, evidence, paid, place
from orders.services.statement import Statement
from orders.states import ARROWS, LIVE, Status, may_move
from tests.factories import OrderFactory, StaffFactory

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
NO_SUCCESS = [Outcome.UNKNOWN, Outcome.DECLINED, Outcome.NOT_FOUND]
PROVEN = {Status.APPROVED, Status.DUPLICATE}
ALL_ARROWS = {(old, new) for old, ends in ARROWS.items() for new in ends}
# An authorization is voided by a void, and lapses by a rule of its own: not by what is said of it.
OTHERS = {(Status.APPROVED, Status.VOIDED), (Status.APPROVED, Status.LAPSED)}

Story = tuple[str, list[tuple[int, dict[str, Any]]]]
STORIES = 30
ACTS = {
    "hear": 8, "charge": 5, "prepare": 3, "miss": 3, "release": 3, "resend": 3, "cancel": 2,
    "succeed": 1, "pay": 1, "replay": 1,
}  # fmt: skip


def made_up(chance: Random) -> Iterator[tuple[int, dict[str, Any]]]:
    """Some acts, each so many minutes after the one before, mostly about the latest charge. In the
    end it turns out that some of the charges were taken after all.
    """
    for _each in range(chance.randrange(4, 12)):
        act = chance.choices(list(ACTS), list(ACTS.values()))[0]
        said: dict[str, Any] = {"act": act, "about": chance.choice([-1, -1, -1, 0, 1, 2])}
        if act == "hear":
            said["outcome"] = chance.choice([*NO_SUCCESS * 3, Outcome.APPROVED])
            said["fort"] = chance.randrange(4)
            said["source"] = chance.choice(["reply", "feedback", "check", "person"])
            said["sent"] = chance.choice([True, False, None])
            said["reason"] = chance.choice(["", "amount_differs"])
        yield chance.randrange(20), said
    for about in chance.sample(range(4), 3):
        yield 5, {"act": "succeed", "about": about}


class Office:
    """An order, the person at it, and everything that was said about its charges."""

    def __init__(self, wants: str) -> None:
        self.agent: Staff = StaffFactory(agent=True)
        self.order: Order = OrderFactory(wants=wants, taken_by=self.agent)
        self.said: list[tuple[Operation, Statement]] = []
        self.charge()

    def charges(self) -> list[Operation]:
        return list(Operation.objects.filter(order=self.order).order_by("id"))

    def standing(self) -> list[tuple[int, str, str]]:
        return [(one.pk, one.status, one.fort_id) for one in self.charges()]

    def do(self, act: str, about: int = 0, **said: object) -> None:
        """One act about a charge; what the rules forbid is refused and changes nothing."""
        charges, before = self.charges(), self.standing()
        about = about if about < 0 else about % len(charges)
        try:
            getattr(self, act)(charges[about], **said)
        except Refused:
            assert self.standing() == before

    def prepare(self, _charge: Operation | None = None) -> Operation:
        key = place.new_form_key()
        return place.prepare_charge(actor=self.agent, form_key=key, order=self.order).operation

    def charge(self, _charge: Operation | None = None) -> None:
        sent = {"token_name": "t", "submitted_at": clock.now()}
        self._by_hand(self.prepare(), Status.SENDING, **sent)

    def cancel(self, charge: Operation) -> None:
        place.cancel(actor=self.agent, operation=charge)

    def release(self, charge: Operation) -> None:
        self._by_hand(charge, Status.RELEASED)

    def resend(self, charge: Operation) -> None:
        if charge.status != Status.NOT_CHARGED or self._is_held():
            raise Conflict("not_ready", "Only what was not charged is sent again.")
        self._by_hand(charge, Status.SENDING, resends=charge.resends + 1)

    def pay(self, _charge: Operation) -> None:
        paid.mark_paid(actor=self.agent, order=self.order)

    def succeed(self, charge: Operation) -> None:
        """The gateway took the money, as it now turns out."""
        self.hear(charge, outcome=Outcome.APPROVED, fort=100 + len(self.said))

    def miss(self, charge: Operation) -> None:
        """The gateway does not know the charge, at several times."""
        for minutes in (1, 10, 20):
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                self.hear(charge, outcome=Outcome.NOT_FOUND)

    def hear(self, charge: Operation, *, outcome: Outcome, fort: int = 0, **said: object) -> None:
        fort_id = f"1697{self.order.pk:08d}{fort:06d}" if fort else ""
        statement = Statement(
            outcome=outcome,
            verified=True,
            digest=f"{self.order.pk}-{len(self.said)}",
            facts={"fort_id": fort_id} if fort else {},
            **({"source": "check"} | said),  # type: ignore[arg-type]
        )
        self.said.append((charge, statement))
        heard = evidence.apply(operation=charge, statement=statement)
        others = {one.fort_id for one in self.charges() if one.pk != heard.pk}
        if outcome == Outcome.APPROVED and fort_id and fort_id not in others:
            assert heard.status in PROVEN

    def replay(self, _charge: Operation) -> None:
        """Everything that was said is said again, and changes nothing."""
        before, version = self.standing(), Order.objects.get(pk=self.order.pk).version
        for charge, statement in self.said:
            evidence.apply(operation=charge, statement=statement)
        assert self.standing() == before
        assert Order.objects.get(pk=self.order.pk).version == version

    def _is_held(self) -> bool:
        return any(one.status in LIVE for one in self.charges())

    def _by_hand(self, charge: Operation, new: Status, **changes: object) -> None:
        order = Order.objects.locked(charge.order_id)
        charge.move(new, **changes)
        audit.record(order, f"{charge.kind}_{new}", operation=charge)


def path(charge: Operation) -> list[Status]:
    """The statuses a charge went through, as the audit trail tells it."""
    kind = f"{charge.kind}_"
    events = charge.order.events.filter(
        data__merchant_reference=charge.merchant_reference, kind__startswith=kind
    )
    return [Status(event.kind.removeprefix(kind)) for event in events.order_by("position")]


def check(office: Office, proven_before: Iterable[int]) -> set[int]:
    """The promises, held against the database; returns the charges that are proven by now."""
    order, charges = Order.objects.get(pk=office.order.pk), office.charges()
    assert sum(charge.status in LIVE for charge in charges) <= 1
    proven = {charge.pk for charge in charges if charge.status in PROVEN}
    assert proven >= set(proven_before)
    assert 0 <= order.refunded_minor <= order.captured_minor <= order.authorized_minor
    held = sum(one.amount_minor for one in charges if one.status == Status.APPROVED)
    assert order.authorized_minor == held
    assert order.paid_at is None or order.captured_minor
    assert order.status == "unknown" or Status.UNKNOWN not in {one.status for one in charges}
    return proven


def tell(story: Story) -> Counter[tuple[Status, Status]]:
    """Tell one story and check it all along; how often each arrow was taken."""
    moment, proven = START, set[int]()
    taken: Counter[tuple[Status, Status]] = Counter()
    with clock.at(moment):
        office = Office(story[0])
    for minutes, act in story[1]:
        moment += timedelta(minutes=minutes)
        with clock.at(moment):
            office.do(**act)
        proven = check(office, proven)
    for charge in office.charges():
        went = path(charge)
        assert went[-1] == charge.status
        assert all(may_move(old, new) for old, new in pairwise(went))
        taken.update(pairwise(went))
    assert list(audit.verify(office.order.number)) == []
    assert Evidence.objects.filter(operation__order=office.order).count() == len(office.said)
    return taken


def test_whatever_is_said_in_whatever_sequence_the_promises_hold(db: None) -> None:
    chance, taken = Random(7), Counter[tuple[Status, Status]]()
    for _each in range(STORIES):
        story = chance.choice(["purchase", "authorization"]), list(made_up(chance))
        try:
            taken += tell(story)
        except BaseException as error:
            error.add_note(f"The story: {story}")
            raise
    assert set(taken) == ALL_ARROWS - OTHERS
