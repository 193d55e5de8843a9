"""Whatever is captured, voided, refunded, done in the back office, lost, told and asked about, in
whatever sequence: the totals keep their order, and in the end they are those of the gateway.
"""

from datetime import timedelta
from typing import Any

from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from orders import clock
from orders.errors import Refused
from orders.models import Operation, Order, Staff
from orders.sandbox.books import Order as Held
from orders.sandbox.server import Sandbox
from orders.sandbox.uncertain import settle
from orders.services import ask, audit
from orders.states import UNSETTLED, Kind, Status
from tests.services.after_sale import charged, deliver, forced, now, reserved

COMMANDS = {"capture": "CAPTURE", "void": "VOID_AUTHORIZATION", "refund": "REFUND"}
AMOUNTS = st.sampled_from([2_500, 5_000, 12_500])
KINDS = st.sampled_from(["capture", "capture", "void", "refund", "refund", "refund"])
STEPS = st.one_of(
    st.tuples(st.just("ours"), KINDS, AMOUNTS, st.sampled_from(["", "", "920", "930", "960"])),
    st.tuples(st.just("theirs"), KINDS, AMOUNTS),
    st.tuples(st.just("reverse")),
    st.tuples(st.just("hear"), st.integers(0, 5)),
    st.tuples(st.just("ask"), st.integers(1, 30)),
)


class Sale:
    """One order, the gateway's books of it, and the notifications that are still on their way."""

    def __init__(self, actor: Staff, box: Sandbox, kind: str) -> None:
        self.actor, self.box = actor, box
        self.order = charged(actor) if kind == Kind.PURCHASE else reserved(actor)
        self.moment = clock.now()
        self.on_their_way: list[dict[str, str]] = []
        self.taken_back: set[str] = set()

    @property
    def held(self) -> Held:
        found = self.box.order(f"{self.order.number}-1")
        assert found is not None
        return found

    def ours(self, kind: str, amount_minor: int, digits: str) -> None:
        try:
            forced(self.box, digits, kind, self.actor, self.order, amount_minor)
        except Refused:
            return

    def theirs(self, kind: str, amount_minor: int) -> None:
        """Somebody in the back office, which keeps to what is left."""
        held = self.held
        open_minor = 0 if held.voided else held.authorized - held.captured
        left = held.captured - held.refunded if kind == Kind.REFUND else open_minor
        is_void = kind == Kind.VOID
        if held.pending or amount_minor > left or (is_void and held.captured):
            return
        told = self.box.act(COMMANDS[kind], held.merchant_reference, amount_minor)
        self.on_their_way.append(told)

    def reverse(self) -> None:
        """The bank takes one of our refunds back."""
        refunds = self.order.operations.filter(kind=Kind.REFUND, status=Status.APPROVED)
        refund = refunds.filter(is_external=False, reversed_at=None, next_check_at=None).last()
        if refund and not self.held.pending and str(refund) not in self.taken_back:
            self.taken_back.add(str(refund))
            told = self.box.reverse(refund.merchant_reference, str(refund))
            self.on_their_way.append(told)

    def hear(self, which: int) -> None:
        if self.on_their_way:
            deliver(self.on_their_way.pop(which % len(self.on_their_way)))

    def ask(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)
        with clock.at(self.moment):
            for operation in self.order.operations.order_by("id"):
                row = now(operation)
                if row.status in UNSETTLED or (row.is_asked_about and not row.is_charge):
                    ask.ask(operation=row)

    def check(self) -> Order:
        order = Order.objects.get(pk=self.order.pk)
        assert 0 <= order.refunded_minor <= order.captured_minor <= order.authorized_minor
        return order

    def come_to_rest(self) -> None:
        """Uncertain acts end, everything said arrives, and the gateway is asked for two days."""
        settle(self.box.standin, self.held)
        while self.on_their_way:
            self.hear(0)
        for _hours in range(12):
            self.ask(240)


def test_the_totals_keep_their_order_and_end_as_those_of_the_gateway(
    supervisor: Staff, gateway: Sandbox
) -> None:
    @override_settings(CARD_FORMS_AN_HOUR=1000)
    @settings(max_examples=60)
    @given(st.sampled_from(["purchase", "authorization"]), st.lists(STEPS, max_size=9))
    def hold(kind: str, story: list[tuple[Any, ...]]) -> None:
        sale = Sale(supervisor, gateway, kind)
        for name, *said in story:
            getattr(sale, name)(*said)
            sale.check()
        sale.come_to_rest()
        order, held = sale.check(), sale.held
        if not held.voided:
            assert (order.captured_minor, order.refunded_minor) == (held.captured, held.refunded)
        else:
            assert order.authorized_minor == 0
        open_rows = Operation.objects.filter(order=order, status__in=UNSETTLED)
        assert not open_rows.exists()
        assert list(audit.verify(order.number)) == []

    hold()
