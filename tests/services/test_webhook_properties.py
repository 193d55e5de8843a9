"""Whatever changes, fails, dies and comes twice, in whatever sequence: who verifies each message
and skips the ids they know sees every change of each order exactly once, in its order.
"""

import json
from collections.abc import Callable
from unittest import mock

import hypothesis
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Refused
from orders.gateway import Outcome
from orders.models import Operation, Order, Staff, WebhookDelivery, WebhookEndpoint
from orders.services import evidence, paid, webhook_delivery, webhook_replay
from orders.services.webhook_delivery import deliver, sweep
from orders.states import Kind, OrderStatus, Status, WebhookState
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.services.hooks import allow_loopback, registered
from tests.services.outside import record, take_back
from tests.services.said import said
from tests.webhooks.receiver import Receiver, published

Seen = tuple[str, int, int, int]
CHANGE = st.tuples(st.just("change"), st.integers(0, 1), st.integers(0, 2))
STEPS = st.one_of(
    CHANGE,
    CHANGE,
    CHANGE,
    st.tuples(st.just("work"), st.integers(0, 5)),
    st.tuples(st.just("die"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("again"), st.integers(0, 5)),
    st.tuples(st.just("fail"), st.sampled_from([204, 500, 404, None])),
    st.just(("pass_time",)),
)


class Killed(BaseException):
    """The process ends here."""


class Story:
    """Two orders, an address, and workers that die."""

    def __init__(self, receiver: Receiver, admin: Staff, name: str) -> None:
        self.receiver, self.admin = receiver, admin
        receiver.requests.clear()
        receiver.answers = lambda: 204
        WebhookEndpoint.objects.update(is_active=False)
        self.endpoint, self.secret = registered(receiver, name, admin)
        self.clerk = StaffFactory(supervisor=True)
        self.orders = [OrderFactory(unknown=True), OrderFactory()]
        self.happened: dict[str, list[Seen]] = {order.number: [] for order in self.orders}

    def change(self, which: int, choice: int) -> None:
        """Something that may happen to the order's money now, by the doors of the services."""
        order = Order.objects.get(pk=self.orders[which].pk)
        before = _stands(order)
        try:
            self._act(order, choice)
        except Refused:
            return
        order.refresh_from_db()
        if _stands(order) != before:
            self.happened[order.number].append(_stands(order))

    def _act(self, order: Order, choice: int) -> None:
        unknown = order.operations.filter(status=Status.UNKNOWN).first()
        standing = order.outside_payments.filter(taken_back_at=None).first()
        if unknown:
            outcome = Outcome.DECLINED if choice == 0 else Outcome.APPROVED
            _say(unknown, outcome)
        elif standing:
            take_back(self.clerk, standing)
        elif order.status in {OrderStatus.OPEN, OrderStatus.DECLINED}:
            record(self.clerk, order, beside=frozenset(_charges(order)))
        elif choice == 0:
            paid.mark_paid(actor=self.clerk, order=order)
        elif order.captured_minor > order.refunded_minor:
            _refund(order)

    def work(self, which: int) -> None:
        """A worker takes a task: of a message whose turn it is, or a stale or wrong one."""
        rows = list(WebhookDelivery.objects.filter(endpoint=self.endpoint).order_by("id"))
        for row in rows[which % len(rows) :] if rows else []:
            if deliver.call(row.pk, row.tries):
                return

    def die(self, which: int, has_sent: bool) -> None:
        """A worker is killed, before the message left or after it arrived."""
        where = "_arrived" if has_sent else "post"
        with mock.patch.object(webhook_delivery, where, side_effect=Killed):
            try:
                self.work(which)
            except Killed:
                return

    def again(self, which: int) -> None:
        rows = list(WebhookDelivery.objects.filter(endpoint=self.endpoint).order_by("id"))
        if rows:
            row = WebhookDelivery.objects.get(pk=rows[which % len(rows)].pk)
            if row.state != WebhookState.WAITING:
                webhook_replay.send_again(actor=self.admin, delivery=row)

    def fail(self, status: int | None) -> None:
        self.receiver.answers = lambda: status

    def pass_time(self) -> None:
        WebhookEndpoint.objects.update(paused_until=None)
        WebhookDelivery.objects.exclude(due_at=None).update(due_at=clock.now())
        sweep()

    def end(self) -> None:
        """The receiver is well again, and time passes."""
        self.receiver.answers = lambda: 204
        waiting = WebhookDelivery.objects.filter(endpoint=self.endpoint, state="waiting")
        for _each in range(60):
            if not waiting.exists():
                return
            self.pass_time()
            self.work(0)
        raise AssertionError("something never leaves")

    def seen(self) -> dict[str, list[Seen]]:
        """What a receiver makes of it that does as it is told."""
        verify: Callable[..., bool] = published()
        known: set[str] = set()
        found: dict[str, list[Seen]] = {order.number: [] for order in self.orders}
        for _path, headers, body in self.receiver.requests:
            assert verify(self.secret, headers, body)
            told = json.loads(body)
            assert told["id"] == headers["Webhook-Id"]
            if told["id"] in known:
                continue
            known.add(told["id"])
            order = told["order"]
            found[order["number"]].append(
                (
                    order["status"],
                    order["authorized_minor"],
                    order["captured_minor"],
                    order["refunded_minor"],
                )
            )
            assert told["sequence"] == len(found[order["number"]])
        return found


def _stands(order: Order) -> Seen:
    return (order.status, order.authorized_minor, order.captured_minor, order.refunded_minor)


def _charges(order: Order) -> list[str]:
    return list(order.operations.values_list("merchant_reference", flat=True))


def _say(operation: Operation, outcome: Outcome) -> None:
    charge = operation.parent or operation
    facts = {"fort_id": charge.fort_id or f"16970{operation.pk:013d}"}
    told = said(outcome, **(facts if outcome == Outcome.APPROVED else {}))
    evidence.apply(operation=operation, statement=told)


def _refund(order: Order) -> None:
    charge = order.operations.get(kind=Kind.PURCHASE)
    seq = charge.follow_ups.count() + 1
    left = order.captured_minor - order.refunded_minor
    refund = OperationFactory(
        sent=True,
        order=order,
        kind=Kind.REFUND,
        parent=charge,
        seq=seq,
        merchant_reference=charge.merchant_reference,
        maintenance_reference=f"{charge.merchant_reference}-R{seq}",
        amount_minor=max(1, left // 2),
    )
    _say(refund, Outcome.APPROVED)


def test_a_receiver_sees_every_change_once_and_in_order(
    db: None, settings: Settings, receiver: Receiver
) -> None:
    allow_loopback(settings)
    admin = StaffFactory(admin=True)
    names = iter(f"Shop {number}" for number in range(10_000))
    lengths = []

    @hypothesis.settings(max_examples=60)
    @given(st.lists(STEPS, min_size=8, max_size=30))
    def hold(steps: list[tuple[object, ...]]) -> None:
        story = Story(receiver, admin, next(names))
        for name, *rest in steps:
            getattr(story, str(name))(*rest)
        story.end()
        assert story.seen() == story.happened
        lengths.append(max(map(len, story.happened.values())))

    hold()
    assert max(lengths) >= 4
