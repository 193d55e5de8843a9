"""The list of requests: what waits for whom, and what became of one's own."""

import pytest

from orders.models import Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals
from tests.factories import StaffFactory
from tests.services.over_ceiling import charge_over, limit_charges
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Staff:
    limit_charges()
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


def test_an_approver_sees_all_that_waits_oldest_first(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    first, second = charge_over(agent), charge_over(agent, 14_000)
    page = words(signed_in(supervisor).get("/approvals/"))
    assert page.index(first.order.number) < page.index(second.order.number)
    assert str(agent) in page
    assert "Charge: \u2066AED 100.00\u2069 at once." in page
    assert "Decide…" in page


def test_the_side_counts_what_waits_for_this_approver(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    limit_charges(role="supervisor")
    charge_over(agent)
    charge_over(supervisor, 14_000)
    side = signed_in(supervisor).get("/approvals/").content.decode().split("</header>")[0]
    line = side.split('href="/approvals/"')[1].split("</li>")[0]
    assert '<bdi class="side-count">1</bdi>' in line
    mine = signed_in(agent).get("/approvals/").content.decode().split("</header>")[0]
    assert "side-count" not in mine


def test_who_asked_sees_their_own_and_what_became_of_it(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    refused, waiting = charge_over(agent), charge_over(agent, 14_000)
    approvals.refuse(actor=supervisor, request=refused, reason="Too much for one call")
    page = words(signed_in(agent).get("/approvals/"))
    assert "Too much for one call" in page
    assert waiting.order.number in page
    assert "Decide…" not in page


def test_nobody_else_sees_it(agent: Staff, gateway: Sandbox) -> None:
    request = charge_over(agent)
    page = words(signed_in(StaffFactory(agent=True)).get("/approvals/"))
    assert request.order.number not in page
    assert "Nothing waits for approval" in page


def test_the_number_of_queries_does_not_grow_with_the_list(
    agent: Staff, supervisor: Staff, gateway: Sandbox, django_assert_max_num_queries: object
) -> None:
    for amount_minor in (12_500, 13_000, 13_500, 14_000):
        charge_over(agent, amount_minor)
    client = signed_in(supervisor)
    client.get("/approvals/")
    with django_assert_max_num_queries(26):  # type: ignore[operator]
        client.get("/approvals/")


def test_a_person_without_the_right_to_see_orders_sees_no_requests() -> None:
    assert signed_in(StaffFactory(admin=True)).get("/approvals/").status_code == 403
