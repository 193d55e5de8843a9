"""What needs a person is on one page, for those who may see it, oldest first."""

import html
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from orders import clock, counters
from orders.gateway import Outcome
from orders.models import Evidence, Operation, Staff, WebhookDelivery, WebhookEndpoint
from orders.sandbox.server import Sandbox
from orders.services import attention, evidence, webhook_delivery
from orders.states import OrderStatus
from tests import steps
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.services.said import said
from tests.views.order_pages import signed_in, words
from tests.views.webhook_pages import made, message_of

pytestmark = pytest.mark.django_db

URL = "/attention/"


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def client(supervisor: Staff) -> Client:
    return signed_in(supervisor)


def unknown(minutes: int = 0) -> Operation:
    operation = OrderFactory(unknown=True).operations.get()
    sent_at = clock.now() - timedelta(minutes=minutes)
    Operation.objects.filter(pk=operation.pk).update(submitted_at=sent_at)
    return operation


def test_an_unknown_charge_is_shown_with_its_last_answer(client: Client, gateway: Sandbox) -> None:
    operation = steps.charge_new(StaffFactory(agent=True), steps.UNCERTAIN_VISA)
    page = words(client.get(URL))
    assert operation.order.number in page
    assert "The gateway itself is not sure (15777)" in page
    assert "Nobody yet" in page


def test_what_waits_long_is_marked_in_words(client: Client) -> None:
    unknown(4)
    assertNotContains(client.get(URL), "Waits long")
    unknown(6)
    assertContains(client.get(URL), "Waits long", count=1)
    unknown(16)
    assertContains(client.get(URL), "Urgent", count=1)


def test_what_is_open_is_counted_beside_the_link(client: Client) -> None:
    unknown()
    unknown()
    assertContains(client.get("/orders/"), '<bdi class="side-count">2</bdi>', html=True)


def test_many_are_counted_as_99_and_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "MOST_COUNTED", 1)
    unknown()
    assertContains(client.get("/orders/"), '<bdi class="side-count">99+</bdi>', html=True)


def test_an_agent_is_shown_no_count_and_no_page() -> None:
    unknown()
    agent = signed_in(StaffFactory(agent=True))
    assertNotContains(agent.get("/orders/"), "side-count")
    assert agent.get(URL).status_code == 403


def test_an_auditor_sees_everything_and_may_press_nothing() -> None:
    unknown(40)
    evidence.apply(
        operation=OrderFactory(charged=True).operations.get(), statement=said(Outcome.DECLINED)
    )
    page = signed_in(StaffFactory(auditor=True)).get(URL)
    assertContains(page, "contradicts what is proven")
    assert not any(one in words(page) for one in ("Ask APS now", "Take it on", "Let go…", "Close…"))


def test_letting_go_is_offered_after_thirty_minutes(client: Client) -> None:
    unknown(29)
    page = client.get(URL)
    assertNotContains(page, "Let go…")
    assertContains(page, "Can be let go of from")
    unknown(31)
    assertContains(client.get(URL), "Let go…", count=1)


def test_fault_43_double_success_is_a_refund_task(client: Client) -> None:
    late = OperationFactory(order=OrderFactory(charged=True), declined=True, fort_id="")
    evidence.apply(operation=late, statement=said(Outcome.APPROVED, fort_id="169700000000099999"))
    assert f"Charged twice: refund {late.merchant_reference}" in words(client.get(URL))


def test_fault_56_message_about_an_unknown_reference_is_shown(client: Client) -> None:
    body = {"command": "PURCHASE", "amount": "12500", "currency": "AED", "fort_id": "1697"}
    Evidence.objects.create(
        source="feedback", verified=True, digest="1", merchant_reference="SHOP-7", body=body
    )
    page = words(client.get(URL))
    assert "SHOP-7" in page
    assert "PURCHASE 12500 AED" in page


def test_a_void_that_is_unknown_is_asked_about_like_a_charge(client: Client) -> None:
    order = OrderFactory(reserved=True)
    charge = order.operations.get()
    OperationFactory(
        order=order, kind="void", parent=charge, unknown=True, maintenance_reference="V1"
    )
    page = words(client.get(URL))
    assert "Ask APS now" in page
    assert "Two people may settle it from" in page


def test_refusals_of_today_are_counted(client: Client) -> None:
    before = counters.today(counters.MESSAGES)
    client.post("/gateway/feedback/", "not=ours", content_type="text/plain")
    assert counters.today(counters.MESSAGES) == before + 1
    assert "Messages that were not the gateway's" in words(client.get(URL))


def test_a_list_goes_on_from_its_own_cursor(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "PAGE_SIZE", 1)
    first, second = unknown(), unknown()
    assertContains(client.get(URL), f"?waiting={first.pk}#waiting")
    page = words(client.get(f"{URL}?waiting={first.pk}"))
    assert second.order.number in page
    assert first.order.number not in page


def test_a_cursor_of_nonsense_is_the_beginning(client: Client) -> None:
    operation = unknown()
    assert operation.order.number in words(client.get(f"{URL}?waiting=-1%27"))


def test_the_page_costs_the_same_for_many_rows(
    client: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(8):
        unknown()
    client.get(URL)
    with django_assert_max_num_queries(20):
        client.get(URL)


def test_looking_changes_nothing(client: Client) -> None:
    operation = unknown()
    client.get(URL)
    operation.order.refresh_from_db()
    assert operation.order.status == OrderStatus.UNKNOWN
    assert client.post(URL).status_code == 405


def test_a_webhook_that_failed_for_good_is_an_alarm_without_an_operation(client: Client) -> None:
    message = message_of(made(StaffFactory(admin=True)))
    since = clock.now() - webhook_delivery.GIVEN_UP_AFTER
    WebhookDelivery.objects.update(since=since, failures=1)
    paused_until = clock.now() + timedelta(minutes=5)
    WebhookEndpoint.objects.update(paused_until=paused_until)
    webhook_delivery.deliver.call(message.pk, 0)
    page = words(client.get(URL))
    assert message.order
    assert f"A webhook could not be delivered {message.order.number}" in page
    assert "send it again on the webhook's page" in html.unescape(page)
