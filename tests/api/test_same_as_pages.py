"""Pages and API are two doors to one office: the same history leaves the same states and totals,
whichever way it came.
"""

from typing import Any, NamedTuple

from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.models import Customer, Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import place
from orders.states import Reason
from tests import steps
from tests.api.conftest import Machine, make_machine, order
from tests.factories import PASSWORD, CustomerFactory, StaffFactory, StoredCardFactory

# What the stand-in does with a charge, by the amount's last three digits and by the card.
AMOUNTS = st.sampled_from([12_000, 12_000, 12_920, 12_930, 12_940])
CARDS = st.sampled_from(["4111111111111111", "4111111111111111", steps.DECLINED_VISA])
WANTS = st.sampled_from(["purchase", "authorization"])
ACTS = st.one_of(
    st.tuples(st.sampled_from(["captures", "refunds"]), st.sampled_from([1_000, 5_000, 12_000])),
    st.tuples(st.just("voids"), st.just(0)),
    st.tuples(st.just("paid"), st.just(0)),
    st.tuples(st.just("again"), st.just(0)),
)
PAGES = {"captures": "capture", "refunds": "refund", "voids": "void"}


class State(NamedTuple):
    """What an order came to, without anything that tells two orders apart."""

    order: tuple[Any, ...]
    operations: list[tuple[Any, ...]]


def state(made: Order) -> State:
    made.refresh_from_db()
    operations = made.operations.order_by("id").values_list(
        "kind", "status", "amount_minor", "response_code", "reason_code", "seq"
    )
    totals = (made.authorized_minor, made.captured_minor, made.refunded_minor)
    return State((made.status, made.paid_at is not None, *totals), list(operations))


class Through:
    """One order by one door; ``last`` is what was sent last, so that it can be sent again."""

    order: Order

    def __init__(self, card: StoredCard) -> None:
        self.card, self.last = card, ("", {})

    def send(self, path: str, body: dict[str, Any]) -> None:
        raise NotImplementedError

    def again(self) -> None:
        self.send(*self.last)

    def remember(self, path: str, body: dict[str, Any]) -> None:
        self.last = (path, body)
        self.send(path, body)


class Pages(Through):
    """A supervisor at the pages."""

    def __init__(self, client: Client, card: StoredCard) -> None:
        super().__init__(card)
        self.client = client

    def send(self, path: str, body: dict[str, Any]) -> None:
        answer = self.client.post(path, body)
        assert answer.status_code in {200, 303, 422}, answer.content

    def take(self, amount_minor: int, wants: str) -> None:
        form_key = place.new_form_key()
        typed = {
            "form_key": form_key, "source": "phone", "customer": self.card.customer_id,
            "currency": "AED", "amount": f"{amount_minor / 100:.2f}", "wants": wants,
            "card": self.card.pk, "charge": "",
        }  # fmt: skip
        self.remember("/orders/new/", typed)
        self.order = Operation.objects.get(form_key=form_key).order

    def do(self, act: str, amount_minor: int) -> None:
        path = f"/orders/{self.order.number}"
        if act == "paid":
            return self.remember(f"{path}/paid/", {})
        page = self.client.get(f"{path}/{PAGES[act]}/")
        form = page.context["form"] if page.context and "form" in page.context else None
        body = {
            "form_key": place.new_form_key(), "reason_code": Reason.OTHER, "reason": "As agreed",
            "left_minor": form["left_minor"].value() if form else 0,
        }  # fmt: skip
        if act == "voids" or (form and amount_minor == form.amount_minor):
            body |= {"how": "everything", "agreed_minor": form.amount_minor if form else 0}
        else:
            part = {"how": "part", "amount": f"{amount_minor / 100:.2f}"}
            body |= part | {"agreed_minor": amount_minor}
        return self.remember(f"{path}/{PAGES[act]}/", body)


class Api(Through):
    """A shop at the API."""

    def __init__(self, machine: Machine, card: StoredCard) -> None:
        super().__init__(card)
        self.machine = machine

    def send(self, path: str, body: dict[str, Any]) -> None:
        answer = self.machine.post(path, body["body"], again=body["key"])
        assert answer.status_code in {200, 201, 202, 409, 422}, answer.content
        self.answer = answer

    def take(self, amount_minor: int, wants: str) -> None:
        body = order(self.card, amount_minor=amount_minor, wants=wants)
        self.remember("/orders", {"body": body, "key": place.new_form_key()})
        self.order = Order.objects.get(customer=self.card.customer)

    def do(self, act: str, amount_minor: int) -> None:
        body: dict[str, Any] = {"reason_code": Reason.OTHER, "reason": "As agreed"}
        if amount_minor:
            body["amount_minor"] = amount_minor
        said = {"body": None if act == "paid" else body, "key": place.new_form_key()}
        self.remember(f"/orders/{self.order.number}/{act}", said)


@given(AMOUNTS, WANTS, CARDS, st.lists(ACTS, max_size=5))
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_one_history_ends_the_same_through_pages_and_api(
    db: None,
    gateway: Sandbox,
    amount_minor: int,
    wants: str,
    number: str,
    acts: list[tuple[str, int]],
) -> None:
    supervisor, client = StaffFactory(supervisor=True), Client()
    client.post("/accounts/login/", {"login": supervisor.username, "password": PASSWORD})
    machine = make_machine(StaffFactory(admin=True))
    doors: list[Any] = [
        Pages(client, _card(gateway, number)),
        Api(machine, _card(gateway, number)),
    ]
    gateway.set(feedback="off")
    with override_settings(PERSON_REFUSALS=10**6, PAUSE_CHARGES=10**6, RESOLVE_BREAKER_AFTER=10**6):
        for door in doors:
            door.take(amount_minor, wants)
            for act, part in acts:
                door.again() if act == "again" else door.do(act, part)
    through_pages, through_api = (state(door.order) for door in doors)
    assert through_pages == through_api


def _card(gateway: Sandbox, number: str) -> StoredCard:
    customer: Customer = CustomerFactory()
    token = gateway.make_token(number)
    card: StoredCard = StoredCardFactory(customer=customer, token_name=token)
    return card


def test_the_histories_reach_every_kind_of_end(db: None, gateway: Sandbox, admin: Staff) -> None:
    """So that the test above compares something."""
    machine, ends = make_machine(admin), set()
    for number, amount, wants, act in (
        ("4111111111111111", 12_000, "purchase", ("refunds", 5_000)),
        ("4111111111111111", 12_000, "authorization", ("voids", 0)),
        ("4111111111111111", 12_940, "purchase", ("paid", 0)),
        (steps.DECLINED_VISA, 12_000, "purchase", ("paid", 0)),
        ("4111111111111111", 12_000, "purchase", ("paid", 0)),
    ):
        door = Api(machine, _card(gateway, number))
        door.take(amount, wants)
        door.do(*act)
        ends.add(state(door.order).order[0])
    assert ends == {"part_refunded", "voided", "unknown", "declined", "paid"}
