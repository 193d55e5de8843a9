"""Work for later is queued with the transaction that asks for it, whatever the queue."""

import pytest
from django.db import transaction
from django_tasks import task_backends
from django_tasks.backends.dummy import DummyBackend
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from orders import tasks
from orders.services.receipt_delivery import deliver

pytestmark = pytest.mark.django_db(transaction=True)


class Broker(DummyBackend):
    """A queue outside of the database."""


class Away(DummyBackend):
    """Such a queue, which cannot be reached."""

    def enqueue(self, *_given: object, **_named: object) -> None:  # type: ignore[override]
        raise ConnectionRefusedError("no broker")


@pytest.fixture
def queue(request: pytest.FixtureRequest, settings: Settings) -> object:
    """The office with another queue than the database's."""
    settings.TASKS = {"default": {"BACKEND": f"{__name__}.{request.param.__name__}"}}
    return task_backends["default"]


def test_the_databases_own_queue_is_part_of_the_transaction() -> None:
    with transaction.atomic():
        tasks.enqueue(deliver, 7, 0)
        assert DBTaskResult.objects.get().args_kwargs == {"args": [7, 0], "kwargs": {}}
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize("queue", [Broker], indirect=True)
def test_another_queue_hears_of_it_after_the_commit(queue: Broker) -> None:
    with transaction.atomic():
        tasks.enqueue(deliver, 7, 0)
        assert queue.results == []
    assert [one.args for one in queue.results] == [[7, 0]]


@pytest.mark.parametrize("queue", [Broker], indirect=True)
def test_another_queue_never_hears_of_what_did_not_happen(queue: Broker) -> None:
    with transaction.atomic():
        tasks.enqueue(deliver, 7, 0)
        transaction.set_rollback(True)
    assert queue.results == []


@pytest.mark.parametrize("queue", [Away], indirect=True)
def test_a_queue_that_is_away_fails_nothing(queue: Away, caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        tasks.enqueue(deliver, 7, 0)
    assert "no broker" in caplog.text
