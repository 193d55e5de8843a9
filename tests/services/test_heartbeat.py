"""Somebody notices when nobody asks about unknown charges."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Heartbeat
from orders.services import heartbeat
from orders.services.heartbeat import EVERY_S, Heart
from tests.factories import OperationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _somebody_watches(settings: Settings) -> None:
    settings.RESOLVER_SILENCE_S = 60


def test_a_resolver_that_beats_is_alive() -> None:
    assert "resolver" in heartbeat.silent()
    Heart().beat()
    assert "resolver" not in heartbeat.silent()


def test_a_worker_is_no_resolver_and_a_resolver_no_worker() -> None:
    assert heartbeat.silent() == {"resolver", "worker"}
    Heart(heartbeat.WORKER).beat()
    assert heartbeat.silent() == {"resolver"}
    assert heartbeat.living() == 0
    Heart().beat()
    assert heartbeat.silent() == set()
    assert heartbeat.living() == 1


def test_a_minute_without_a_beat_is_silence() -> None:
    Heart().beat()
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert "resolver" in heartbeat.silent()


def test_nobody_watches_where_the_setting_is_zero(settings: Settings) -> None:
    settings.RESOLVER_SILENCE_S = 0
    assert heartbeat.silent() == set()


def test_a_busy_resolver_writes_a_beat_only_every_few_seconds() -> None:
    times = iter([0.0, 0.0, EVERY_S - 1, EVERY_S, EVERY_S])
    heart = Heart(now=lambda: next(times))
    heart.beat()
    first = Heartbeat.objects.get().beat_at
    heart.beat()
    assert Heartbeat.objects.get().beat_at == first
    heart.beat()
    assert Heartbeat.objects.get().beat_at > first


def test_resolvers_that_ended_long_ago_are_forgotten() -> None:
    Heartbeat.objects.create(name="gone", beat_at=clock.now() - timedelta(days=2))
    heart = Heart()
    heart.beat()
    assert [one.name for one in Heartbeat.objects.all()] == [heart.name]


def test_the_oldest_open_charge_is_told_in_seconds() -> None:
    assert heartbeat.unsettled() == (0, 0.0)
    for minutes in (5, 90):
        OperationFactory(unknown=True, submitted_at=clock.now() - timedelta(minutes=minutes))
    OperationFactory(approved=True, submitted_at=clock.now() - timedelta(days=1))
    count, oldest_s = heartbeat.unsettled()
    assert count == 2
    assert oldest_s == pytest.approx(90 * 60, abs=60)
