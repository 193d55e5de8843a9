"""APS is asked about a difference, and only what it signs settles it."""

from pathlib import Path

import pytest

from orders.models import Difference, Staff
from orders.sandbox.server import Sandbox
from tests import steps
from tests.factories import StaffFactory
from tests.reports import fetched, held_against
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def difference(supervisor: Staff, gateway: Sandbox, tmp_path: Path) -> Difference:
    """A charge that the report left out."""
    steps.charge_new(supervisor)
    held_against(tmp_path, [])
    return Difference.objects.get()


def ask(staff: Staff, difference: Difference) -> str:
    url = f"/attention/differences/{difference.pk}/ask/"
    return words(signed_in(staff).post(url, follow=True))


def test_the_signed_answer_closes_it(supervisor: Staff, difference: Difference) -> None:
    page = ask(supervisor, difference)
    assert "APS and the office agree again." in page
    assert "No difference is open" in page


def test_an_answer_that_does_not_settle_it_says_so(
    supervisor: Staff, difference: Difference, gateway: Sandbox
) -> None:
    gateway.standin.books.orders.clear()
    assert "APS says that it does not know this charge." in ask(supervisor, difference)


def test_silence_says_so(supervisor: Staff, difference: Difference, settings: object) -> None:
    settings.APS_API_URL = "http://127.0.0.1:9/FortAPI/paymentApi"  # type: ignore[attr-defined]
    assert "APS did not answer." in ask(supervisor, difference)


def test_a_success_of_no_order_here_is_listed_as_a_message(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    charge = steps.charge_new(supervisor)
    row = fetched(gateway)[0] | {"merchant_reference": "MO-99999-1"}
    books = gateway.standin.books
    order = books.orders.pop(charge.merchant_reference)
    order.merchant_reference = "MO-99999-1"
    books.keep(order)
    held_against(tmp_path, [row], until=charge.submitted_at)
    page = ask(supervisor, Difference.objects.get(operation=None))
    assert "APS confirms it" in page
    assert "CHECK_STATUS 14000 12500" in page


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_others_may_not(role: str, difference: Difference) -> None:
    url = f"/attention/differences/{difference.pk}/ask/"
    assert signed_in(StaffFactory(role=role)).post(url).status_code == 403


def test_what_is_closed_is_not_found_and_looking_asks_nothing(
    supervisor: Staff, difference: Difference
) -> None:
    url = f"/attention/differences/{difference.pk}/ask/"
    assert signed_in(supervisor).get(url).status_code == 405
    ask(supervisor, difference)
    assert signed_in(supervisor).post(url).status_code == 404
