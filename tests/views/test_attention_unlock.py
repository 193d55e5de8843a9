"""The page on which a supervisor lets somebody charge again."""

import pytest

from orders import clock
from orders.models import Staff
from tests.factories import OperationFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked() -> Staff:
    return StaffFactory(agent=True, last_name="Nasser", charging_locked_at=clock.now())


@pytest.fixture
def boss() -> Staff:
    return StaffFactory(supervisor=True)


def page_of(person: Staff) -> str:
    return f"/attention/locked/{person.pk}/"


def test_with_a_reason_the_person_is_unlocked(locked: Staff, boss: Staff) -> None:
    answer = signed_in(boss).post(page_of(locked), {"reason": "their terminal was wrong"})
    assert (answer.status_code, answer["Location"]) == (303, "/attention/")
    locked.refresh_from_db()
    assert locked.charging_locked_at is None


def test_the_page_shows_what_was_refused(locked: Staff, boss: Staff) -> None:
    operation = OperationFactory(declined=True, actor=locked)
    said = words(signed_in(boss).get(page_of(locked)))
    assert "Let Layla Nasser charge again" in said
    assert operation.order.number in said


def test_without_a_reason_nothing_changes(locked: Staff, boss: Staff) -> None:
    answer = signed_in(boss).post(page_of(locked), {"reason": ""})
    assert "Say why" in words(answer)
    locked.refresh_from_db()
    assert locked.charging_locked_at


def test_needs_attention_names_who_is_locked_and_counts_them(locked: Staff, boss: Staff) -> None:
    page = signed_in(boss).get("/attention/")
    assert "Layla Nasser" in words(page)
    assert page_of(locked) in page.content.decode()
    assert 'class="side-count">1<' in page.content.decode()


def test_nobody_is_offered_their_own_lock(boss: Staff) -> None:
    Staff.objects.filter(pk=boss.pk).update(charging_locked_at=clock.now())
    client = signed_in(boss)
    assert page_of(boss) not in client.get("/attention/").content.decode()
    answer = client.post(page_of(boss), {"reason": "it was not me at all"})
    assert "Another person has to unlock you." in words(answer)


@pytest.mark.parametrize("role", ["agent", "clerk", "auditor", "admin"])
def test_only_who_holds_the_right_sees_the_page(locked: Staff, role: str) -> None:
    client = signed_in(StaffFactory(**{role: True}))
    assert client.get(page_of(locked)).status_code == 403
    assert client.post(page_of(locked), {"reason": "no reason"}).status_code == 403


def test_who_is_not_locked_is_not_found(boss: Staff) -> None:
    assert signed_in(boss).get(page_of(StaffFactory(agent=True))).status_code == 404
