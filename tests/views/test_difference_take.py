"""Somebody takes on a difference, and the page says who."""

import pytest

from orders.models import Comparison, Difference
from tests.factories import OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


def made(**changes: object) -> Difference:
    """A difference about a charge that the report left out."""
    operation = OrderFactory(charged=True).operations.get()
    comparison = Comparison.objects.create(
        file_name="report.csv",
        sha256="0" * 64,
        rows=1,
        since=operation.created_at,
        until=operation.created_at,
    )
    values: dict[str, object] = {
        "merchant_reference": operation.merchant_reference,
        "kind": "purchase",
        "what": "missing_there",
        "operation": operation,
        "first_seen_in": comparison,
        "last_seen_in": comparison,
    }
    return Difference.objects.create(**(values | changes))


def test_whoever_takes_it_on_is_named() -> None:
    supervisor, difference = StaffFactory(supervisor=True), made()
    client = signed_in(supervisor)
    page = words(client.post(f"/attention/differences/{difference.pk}/take/", follow=True))
    assert f"You look after {difference.merchant_reference}." in page
    difference.refresh_from_db()
    assert difference.owner == supervisor
    trail = words(client.get(difference.operation.order.get_absolute_url()))
    assert "Somebody looks after the difference from APS" in trail


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_others_may_not(role: str) -> None:
    difference = made()
    client = signed_in(StaffFactory(role=role))
    assert client.post(f"/attention/differences/{difference.pk}/take/").status_code == 403


def test_one_that_is_closed_has_its_sentence() -> None:
    difference = made()
    closing = {"closed_at": difference.found_at, "closed_by_report": difference.first_seen_in}
    Difference.objects.filter(pk=difference.pk).update(**closing)
    client = signed_in(StaffFactory(supervisor=True))
    page = words(client.post(f"/attention/differences/{difference.pk}/take/", follow=True))
    assert "This has already been settled." in page


def test_what_is_not_there_is_not_found() -> None:
    client = signed_in(StaffFactory(supervisor=True))
    assert client.post("/attention/differences/99/take/").status_code == 404
