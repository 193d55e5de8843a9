"""Somebody takes on what is not settled, and the page says who."""

import pytest

from orders.models import Operation
from tests.factories import OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


def test_whoever_takes_it_on_is_named() -> None:
    supervisor, operation = StaffFactory(supervisor=True), _unknown()
    answer = signed_in(supervisor).post(_url(operation), follow=True)
    operation.refresh_from_db()
    assert operation.owner == supervisor
    assert f"You look after {operation}." in words(answer)


def test_a_settled_one_has_its_sentence() -> None:
    operation = OrderFactory(charged=True).operations.get()
    answer = signed_in(StaffFactory(supervisor=True)).post(_url(operation), follow=True)
    assert "This has already been settled." in words(answer)


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_others_may_not(role: str) -> None:
    operation = _unknown()
    assert signed_in(StaffFactory(role=role)).post(_url(operation)).status_code == 403
    operation.refresh_from_db()
    assert operation.owner is None


def test_what_is_not_there_is_not_found() -> None:
    assert signed_in(StaffFactory(supervisor=True)).post("/attention/99/take/").status_code == 404


def _unknown() -> Operation:
    return OrderFactory(unknown=True).operations.get()


def _url(operation: Operation) -> str:
    return f"/attention/{operation.pk}/take/"
