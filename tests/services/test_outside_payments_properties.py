"""Whatever is recorded, taken back, tried and found late, in whatever sequence: the order is paid
outside the gateway exactly while that stands and no card holds money, and never marked as paid.
"""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from orders import clock
from orders.errors import Refused
from orders.gateway import Outcome
from orders.models import Event, Operation, Order, OutsidePayment, Staff
from orders.services import audit, evidence, paid, place
from orders.states import CHARGES, FREE, LIVE, UNSETTLED, Kind, OrderStatus, Status
from tests.factories import OperationFactory, OrderFactory, StaffFactory, StoredCardFactory
from tests.services.outside import record, take_back
from tests.services.said import said

ANSWERS = [Outcome.APPROVED, Outcome.APPROVED, Outcome.DECLINED, Outcome.UNKNOWN, Outcome.NOT_FOUND]
FIRST = st.sampled_from(["", Status.DECLINED, Status.RELEASED, Status.NOT_CHARGED])
STEPS = st.one_of(
    st.sampled_from(["record", "record", "take_back", "try_card", "give_back", "mark"]).map(
        lambda name: (name,)
    ),
    st.tuples(st.just("answer"), st.integers(0, 4), st.sampled_from(ANSWERS)),
    st.tuples(st.just("release"), st.integers(0, 4)),
)


class Story:
    """One order, and what people and the gateway do to it. A refusal is an ordinary answer."""

    def __init__(self, actor: Staff, first: str) -> None:
        self.actor, self.order = actor, OrderFactory()
        if first:
            OperationFactory(order=self.order, sent=True, status=first, fort_id="")
        self.card = StoredCardFactory(customer=self.order.customer)

    @property
    def standing(self) -> OutsidePayment | None:
        return OutsidePayment.objects.standing_of(self.order)

    def record(self) -> None:
        charges = self.order.operations.filter(kind__in=CHARGES)
        beside = frozenset(charges.values_list("merchant_reference", flat=True))
        is_held = charges.exclude(status__in=FREE).exists()
        was_standing = self.standing
        self.tried(lambda: record(self.actor, self.order, beside=beside))
        assert (self.standing != was_standing) is (not is_held and was_standing is None)

    def take_back(self) -> None:
        if payment := self.standing:
            take_back(self.actor, payment)

    def try_card(self) -> None:
        key, was_standing = place.new_form_key(), self.standing
        before = self.order.operations.count()
        self.tried(
            lambda: place.prepare_charge(
                actor=self.actor, form_key=key, order=self.order, stored_card=self.card
            )
        )
        if was_standing:
            assert self.order.operations.count() == before

    def mark(self) -> None:
        is_standing = self.standing is not None
        self.tried(lambda: paid.mark_paid(actor=self.actor, order=self.order))
        if is_standing and self.now().paid_at:
            raise AssertionError("marked as paid beside a payment outside the gateway")

    def give_back(self) -> None:
        """A refund of the whole leaves, whose answer is still to come."""
        charge = self.order.operations.filter(kind=Kind.PURCHASE, status=Status.APPROVED).first()
        if charge and not charge.follow_ups.exclude(status__in=FREE).exists():
            seq = charge.follow_ups.count() + 1
            name = f"{charge.merchant_reference}-R{seq}"
            OperationFactory(
                sent=True,
                order=self.order,
                kind=Kind.REFUND,
                parent=charge,
                seq=seq,
                merchant_reference=charge.merchant_reference,
                maintenance_reference=name,
            )

    def answer(self, which: int, outcome: Outcome) -> None:
        if operation := self.pick(which):
            parent = operation.parent or operation
            facts = {"fort_id": parent.fort_id or f"16970{operation.pk:013d}"}
            told = said(outcome, **(facts if outcome == Outcome.APPROVED else {}))
            evidence.apply(operation=operation, statement=told)

    def release(self, which: int) -> None:
        operation = self.pick(which)
        if operation and operation.status == Status.UNKNOWN:
            operation.move(Status.RELEASED, next_check_at=clock.now())

    def pick(self, which: int) -> Operation | None:
        operations = list(self.order.operations.order_by("id"))
        return operations[which % len(operations)] if operations else None

    def tried(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Refused:
            return

    def now(self) -> Order:
        return Order.objects.get(pk=self.order.pk)

    def check(self) -> None:
        order, charges = self.now(), list(self.order.operations.filter(kind__in=CHARGES))
        took = any(one.status == Status.APPROVED for one in charges)
        is_back = order.operations.filter(kind=Kind.REFUND, status=Status.APPROVED).exists()
        holds = took and not is_back
        is_open = any(one.status in UNSETTLED for one in charges)
        is_outside = order.status == OrderStatus.PAID_OUTSIDE
        assert is_outside is (self.standing is not None and not holds and not is_open)
        assert sum(one.status in LIVE for one in charges) <= 1
        if self.standing and took:
            assert order.events.filter(kind="paid_twice").exists()


def test_the_status_tells_what_stands_and_nothing_is_marked_as_paid(db: None) -> None:
    @settings(max_examples=80)
    @given(FIRST, st.lists(STEPS, min_size=1, max_size=12))
    def hold(first: str, steps: list[tuple[object, ...]]) -> None:
        story = Story(StaffFactory(supervisor=True), first)  # somebody whom no limit has locked yet
        for name, *rest in steps:
            getattr(story, str(name))(*rest)
            if name != "release":  # the row moved without its order, as no service does
                story.check()
        assert list(audit.verify(story.order.number)) == []

    hold()
    assert Order.objects.filter(status=OrderStatus.PAID_OUTSIDE).exists()
    assert Event.objects.filter(kind="paid_twice").exists()
