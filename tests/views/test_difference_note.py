"""What somebody found out about a difference stands beside it; it closes nothing."""

import pytest

from orders.models import Difference
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.test_difference_take import made

pytestmark = pytest.mark.django_db


def url(difference: Difference) -> str:
    return f"/attention/differences/{difference.pk}/note/"


def test_a_note_stands_beside_the_difference_with_its_writer() -> None:
    supervisor, difference = StaffFactory(supervisor=True), made()
    client = signed_in(supervisor)
    assert difference.merchant_reference in words(client.get(url(difference)))
    page = words(client.post(url(difference), {"reason": "The bank will call"}, follow=True))
    assert f"{supervisor}: The bank will call" in page
    difference.refresh_from_db()
    assert difference.closed_at is None


@pytest.mark.parametrize("note", ["", "ok", "x" * 251])
def test_a_note_that_says_nothing_or_too_much_has_its_sentence(note: str) -> None:
    difference = made()
    answer = signed_in(StaffFactory(supervisor=True)).post(url(difference), {"reason": note})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    difference.refresh_from_db()
    assert difference.note == ""


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_others_may_not(role: str) -> None:
    assert signed_in(StaffFactory(role=role)).get(url(made())).status_code == 403


def test_one_that_is_closed_is_not_found() -> None:
    difference = made()
    closing = {"closed_at": difference.found_at, "closed_by_report": difference.first_seen_in}
    Difference.objects.filter(pk=difference.pk).update(**closing)
    assert signed_in(StaffFactory(supervisor=True)).get(url(difference)).status_code == 404
