"""What nobody needs any more is forgotten, some at a time; what proves money never is."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Conflict
from orders.models import (
    ApiRequest,
    Event,
    Evidence,
    Operation,
    Order,
    Staff,
    WebhookDelivery,
    WebhookEndpoint,
)
from orders.sandbox.server import Sandbox
from orders.services import audit, forgetting, webhook_replay, webhooks
from orders.services.background import Background
from orders.services.forgetting import forget_some
from tests.api_keys import make_key
from tests.factories import StaffFactory
from tests.services.after_sale import charged
from tests.services.hooks import now, registered, worked_off
from tests.services.test_webhook_delivery import changed
from tests.together import together
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = timedelta(days=91)


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return registered(receiver)[0]


def answers(count: int) -> None:
    """Kept answers of as many requests, by now too old."""
    key, _secret = make_key(StaffFactory(admin=True))
    ApiRequest.objects.bulk_create(
        ApiRequest(
            key=key,
            idempotency_key=f"request-{number}",
            digest="d" * 64,
            answer_status=201,
            answer='{"order": {}}',
            answer_location="/api/v1/orders/MO-10001",
            created_at=clock.now() - DAYS,
        )
        for number in range(count)
    )


def kept() -> tuple[int, int]:
    """How many answers are kept, and how many requests."""
    requests = ApiRequest.objects.all()
    return requests.exclude(answer_status=None, answer="").count(), requests.count()


def delivered(count: int = 1) -> list[WebhookDelivery]:
    messages = changed(count)
    worked_off()
    return messages


def aged(*messages: WebhookDelivery) -> None:
    """As if it all were 91 days ago."""
    rows = WebhookDelivery.objects.filter(pk__in=[one.pk for one in messages])
    then = clock.now() - DAYS
    rows.update(made_at=then, since=then)


def test_the_words_of_an_old_answer_go_and_its_request_stays() -> None:
    answers(2)
    ApiRequest.objects.filter(idempotency_key="request-1").update(
        created_at=clock.now() - timedelta(days=89)
    )
    forget_some()
    old, young = ApiRequest.objects.order_by("idempotency_key")
    assert (old.answer_status, old.answer, old.answer_location) == (None, "", "")
    assert old.digest == "d" * 64
    assert young.answer_status == 201


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_the_words_of_an_old_message_go_and_its_row_stays(
    endpoint: WebhookEndpoint, state: str
) -> None:
    [old], [young] = delivered(), delivered()
    WebhookDelivery.objects.update(state=state)
    aged(old)
    forget_some()
    assert (now(old).body, now(old).log, now(old).is_kept) == ("", [], False)
    assert (now(old).state, now(old).tries, now(old).message_id) == (state, 1, old.message_id)
    assert now(young).body == young.body


def test_a_message_that_waits_is_kept_however_long(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.answers = lambda: 410
    messages = delivered(2)
    webhooks.switch(actor=endpoint.created_by, endpoint=endpoint, on=False)
    aged(*messages)
    forget_some()
    assert [now(one).body for one in messages] == [one.body for one in messages]
    webhooks.switch(actor=endpoint.created_by, endpoint=endpoint, on=True)
    receiver.answers = lambda: 204
    WebhookDelivery.objects.exclude(due_at=None).update(due_at=clock.now())
    WebhookEndpoint.objects.update(paused_until=None)
    worked_off()
    worked_off()
    assert [one["sequence"] for one in receiver.told] == [1, 1, 2]


def test_the_days_count_from_when_it_arrived_or_failed(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    first, second = changed(2)
    aged(first, second)
    receiver.answers = lambda: 410 if receiver.told[-1]["sequence"] == 1 else 204
    worked_off()
    forget_some()
    assert (now(first).state, now(second).state) == ("failed", "delivered")
    assert (now(first).is_kept, now(second).is_kept) == (True, True)


def test_the_next_message_of_the_order_is_numbered_and_named_as_ever(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    [first] = delivered()
    aged(first)
    forget_some()
    order = first.order
    assert order
    changed(order=order)
    worked_off()
    assert [(one["sequence"], one["type"]) for one in receiver.told] == [
        (1, "order.paid"),
        (2, "order.charged"),
    ]


def test_what_is_not_kept_is_not_sent_again(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    [old], [young] = delivered(), delivered()
    aged(old)
    forget_some()
    actor = endpoint.created_by
    with pytest.raises(Conflict) as refusal:
        webhook_replay.send_again(actor=actor, delivery=now(old))
    assert (refusal.value.code, now(old).state) == ("not_kept", "delivered")
    since = clock.now() - 2 * DAYS
    assert webhook_replay.send_since(actor=actor, endpoint=endpoint, since=since) == 1
    receiver.requests.clear()
    worked_off()
    assert [one["id"] for one in receiver.told] == [young.message_id]


def test_a_message_is_sent_again_or_forgotten_and_never_both(endpoint: WebhookEndpoint) -> None:
    for _each in range(4):
        [message] = delivered()
        aged(message)
        seen = now(message)
        together(
            forget_some,
            lambda seen=seen: webhook_replay.send_again(actor=endpoint.created_by, delivery=seen),
        )
        after = now(message)
        assert (after.state, after.is_kept) in {("waiting", True), ("delivered", False)}


def test_none_is_forgotten_where_they_are_kept_for_ever(
    settings: Settings, endpoint: WebhookEndpoint
) -> None:
    settings.API_ANSWERS_KEPT_DAYS = settings.WEBHOOK_MESSAGES_KEPT_DAYS = 0
    answers(1)
    [message] = delivered()
    aged(message)
    forget_some()
    assert (kept(), now(message).is_kept) == ((1, 1), True)


def test_a_session_that_is_over_goes_and_a_living_one_stays() -> None:
    for key, days in (("over", -1), ("living", 1)):
        until = clock.now() + timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=until)
    forget_some()
    assert [one.session_key for one in Session.objects.all()] == ["living"]


def test_a_worker_forgets_a_little_each_round_until_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    answers(5)
    background = Background()
    left = []
    for _round in range(3):
        background.round()
        left.append(kept()[0])
    assert left == [3, 1, 0]
    answers_since = ApiRequest.objects.filter(idempotency_key="request-0")
    answers_since.update(answer_status=200)
    background.round()
    assert kept()[0] == 1, "it looks again an hour later"


def test_processes_at_the_same_moment_forget_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 5)
    answers(40)

    def until_none_is_left() -> None:
        while forget_some():
            pass

    assert together(*[until_none_is_left] * 3) == [None] * 3
    forget_some()
    assert kept() == (0, 40)


def test_orders_operations_evidence_and_the_trail_are_never_touched(
    supervisor: Staff, gateway: Sandbox, endpoint: WebhookEndpoint
) -> None:
    charged(supervisor)
    worked_off()
    kinds = (Order, Operation, Evidence, Event)
    before = [list(kind.objects.order_by("pk").values()) for kind in kinds]
    with clock.at(clock.now() + 40 * DAYS):
        while forget_some():
            pass
        assert not WebhookDelivery.objects.exclude(body="").exists()
        assert not DBTaskResult.objects.finished().exists()
        assert [list(kind.objects.order_by("pk").values()) for kind in kinds] == before
        assert list(audit.verify()) == []


def test_what_is_old_is_found_by_an_index() -> None:
    with transaction.atomic():
        if connection.vendor == "postgresql":  # which reads a small table whole
            connection.cursor().execute("SET LOCAL enable_seqscan = off")
        answers, messages, *_others = [rows.explain() for rows, _forget in forgetting._old()]
    assert "api_answer_is_kept" in answers
    assert "webhook_body_is_kept" in messages
