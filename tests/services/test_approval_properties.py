"""Whatever is charged, asked, approved, refused, withdrawn, voided, or left until it expires, in
whatever sequence: nothing over the ceiling is captured without an approval, nothing is captured and
voided both, and the totals are the gateway's.
"""

from datetime import timedelta
from typing import Any

from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from orders import clock
from orders.errors import OverCeiling, Refused
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, audit, resolve
from orders.states import UNSETTLED, Act, ApprovalStatus, Kind, Status
from tests import steps
from tests.factories import CustomerFactory, StaffFactory
from tests.services.after_sale import act
from tests.services.over_ceiling import ask, ceiling, limit_charges

AT_ONCE, A_DAY = 10_000, 30_000
AMOUNTS = st.sampled_from([4_000, 9_000, 12_000, 20_000])
WHICH = st.integers(0, 3)
LOST = st.sampled_from(["", "", "", "920", "930"])
STEPS = st.one_of(
    st.tuples(st.just("charge"), AMOUNTS, LOST),
    st.tuples(st.just("charge"), AMOUNTS, LOST),
    st.tuples(st.just("approve"), WHICH, LOST),
    st.tuples(st.just("refuse"), WHICH, LOST),
    st.tuples(st.just("withdraw"), WHICH),
    st.tuples(st.just("by_hand"), st.sampled_from(["capture", "void"]), WHICH),
    st.tuples(st.just("refund"), AMOUNTS, WHICH),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1, 30])),
)


class Office:
    """An agent under a ceiling, two supervisors, and the orders of a story."""

    def __init__(self, box: Sandbox) -> None:
        limit_charges(AT_ONCE, A_DAY)
        ceiling("supervisor", Act.REFUND, 5_000, 12_000)
        self.box, self.moment = box, clock.now()
        self.agent = StaffFactory(agent=True)
        self.bosses = [StaffFactory(supervisor=True), StaffFactory(supervisor=True)]
        self.orders: list[Order] = []

    def do(self, name: str, *said: Any) -> None:
        self.moment += timedelta(seconds=30)
        with clock.at(self.moment):
            try:
                getattr(self, name)(*said)
            except Refused:
                return
            finally:
                self.box.set(force="")

    def charge(self, amount_minor: int, lost: str) -> None:
        operation = steps.place_new(
            self.agent, customer=CustomerFactory(), amount_minor=amount_minor
        )
        self.orders.append(operation.order)
        operation = steps.enter_card(operation)
        self.box.set(force=lost)
        steps.charge.charge(actor=self.agent, operation=operation)

    def approve(self, which: int, lost: str) -> None:
        self.box.set(force=lost)
        for request in self.request(which):
            approvals.approve(actor=self.bosses[1], request=request)

    def refuse(self, which: int, lost: str) -> None:
        self.box.set(force=lost)
        for request in self.request(which):
            approvals.refuse(actor=self.bosses[1], request=request, reason="Too much at once")

    def withdraw(self, which: int) -> None:
        for request in self.request(which):
            approvals.withdraw(actor=request.requested_by, request=request)

    def by_hand(self, kind: str, which: int) -> None:
        for order in self.order(which):
            act(kind, self.bosses[0], order, order.amount_minor)

    def refund(self, amount_minor: int, which: int) -> None:
        for order in self.order(which):
            try:
                act("refund", self.bosses[0], order, amount_minor)
            except OverCeiling:
                ask(Kind.REFUND, self.bosses[0], order, amount_minor)

    def wait(self, hours: float) -> None:
        self.moment += timedelta(hours=hours)
        with clock.at(self.moment):
            resolve.once()

    def order(self, which: int) -> list[Order]:
        return [Order.objects.get(pk=one.pk) for one in self.orders[which : which + 1]]

    def request(self, which: int) -> list[Any]:
        return [one for order in self.order(which) for one in order.approvals.all()][-1:]

    def check(self) -> None:
        for order in self.orders:
            for charge in order.operations.filter(parent=None):
                self.check_charge(order, charge)
            for refund in order.operations.filter(kind=Kind.REFUND, approver=None):
                assert refund.amount_minor <= 5_000

    def check_charge(self, order: Order, charge: Operation) -> None:
        sent = self.box.count(charge.merchant_reference, "CAPTURE")
        held = self.box.order(charge.merchant_reference)
        assert not (held and held.voided and held.captured)
        request = order.approvals.filter(operation=charge).first()
        if request is None:
            assert charge.amount_minor <= AT_ONCE
            return
        is_approved = request.status == ApprovalStatus.APPROVED
        assert charge.kind == Kind.AUTHORIZATION
        assert is_approved or not sent
        if is_approved:
            assert request.decided_by != request.requested_by

    def come_to_rest(self) -> None:
        for _each in range(6):
            self.wait(9)

    def check_at_rest(self) -> None:
        self.check()
        assert not Operation.objects.filter(order__in=self.orders, status__in=UNSETTLED).exists()
        for order in self.orders:
            order.refresh_from_db()
            assert not order.approvals.filter(status=ApprovalStatus.PENDING).exists()
            assert list(audit.verify(order.number)) == []
            for charge in order.operations.filter(parent=None, status=Status.APPROVED):
                held = self.box.order(charge.merchant_reference)
                assert held is not None
                now = (order.captured_minor, order.refunded_minor)
                assert now == (held.captured, held.refunded)


def test_nothing_over_the_ceiling_is_taken_without_approval_and_the_totals_agree(
    supervisor: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")

    @override_settings(CARD_FORMS_AN_HOUR=1000)
    @settings(max_examples=40)
    @given(st.lists(STEPS, min_size=3, max_size=10))
    def hold(story: list[tuple[Any, ...]]) -> None:
        office = Office(gateway)
        for name, *said in story:
            office.do(name, *said)
            office.check()
        office.come_to_rest()
        office.check_at_rest()

    hold()
