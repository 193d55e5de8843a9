"""What the history is narrowed by, as typed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict

from orders import clock
from orders.forms.history import HistoryForm
from orders.models import Staff
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

# Half past one in the morning of the 22nd in Dubai, still the 21st in UTC.
NOW = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


def form_of(viewer: Staff, query: str) -> HistoryForm:
    return HistoryForm(QueryDict(query), viewer=viewer)


def days(viewer: Staff, query: str) -> tuple[datetime | None, datetime | None]:
    form = form_of(viewer, query)
    with clock.at(NOW):
        assert form.is_valid(), form.errors
        filters = form.filters()
    return filters.taken_from, filters.taken_until


def dubai_midnight(day: int) -> datetime:
    return datetime(2026, 11, day - 1, 20, tzinfo=UTC)


def test_agents_begin_with_today() -> None:
    assert days(StaffFactory(agent=True), "") == (dubai_midnight(22), None)


def test_supervisors_begin_with_seven_days(supervisor: Staff) -> None:
    assert days(supervisor, "") == (dubai_midnight(16), None)


def test_a_search_looks_at_any_time(supervisor: Staff) -> None:
    assert days(supervisor, "q=aisha") == (None, None)
    assert days(supervisor, "q=aisha&period=today") == (dubai_midnight(22), None)


def test_days_include_the_last_and_outrank_the_period(supervisor: Staff) -> None:
    query = "period=today&first_day=2026-11-18&last_day=20/11/2026"
    assert days(supervisor, query) == (dubai_midnight(18), dubai_midnight(21))


def test_one_day_may_be_left_open(supervisor: Staff) -> None:
    assert days(supervisor, "last_day=2026-11-20") == (None, dubai_midnight(21))


def test_everything_at_once_becomes_filters(supervisor: Staff) -> None:
    form = form_of(
        supervisor,
        "q=+aisha+&status=paid&source=post&currency=AED&amount_from=1,250&amount_to=1300.50"
        f"&agent={supervisor.pk}",
    )
    assert form.is_valid()
    filters = form.filters()
    assert (filters.text, filters.status, filters.source) == ("aisha", "paid", "post")
    assert (filters.currency, filters.agent) == ("AED", supervisor.pk)
    assert (filters.amount_from, filters.amount_to) == (Decimal(1250), Decimal("1300.5"))


def test_an_amount_may_be_typed_without_a_currency(supervisor: Staff) -> None:
    form = form_of(supervisor, "amount_from=٢٥٠٫٥٠٠")
    assert form.is_valid()
    assert form.filters().amount_from == Decimal("250.5")


def test_agents_cannot_ask_for_somebody_else() -> None:
    form = form_of(StaffFactory(agent=True), f"agent={StaffFactory().pk}")
    assert form.is_valid()
    assert form.filters().agent is None


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("q=" + "x" * 10_000, "q", "at most 100"),
        ("q=%00", "q", "Null"),
        ("q=a%07b", "q", "cannot be seen"),
        ("period=century", "period", "from the list"),
        ("period=days", "first_day", "Choose the first day"),
        ("first_day=yesterday", "first_day", "like 2026-11-22"),
        ("first_day=2026-02-30", "first_day", "like 2026-11-22"),
        ("last_day=9999-12-31", "last_day", "between 2000 and 2100"),
        ("first_day=0001-01-01", "first_day", "between 2000 and 2100"),
        ("first_day=2026-11-20&last_day=2026-11-19", "last_day", "before the first"),
        ("status=maybe", "status", "from the list"),
        ("source=%F0%9F%8E%89", "source", "from the list"),
        ("currency=XXX", "currency", "from the list"),
        ("agent=%3D1", "agent", "from the list"),
        ("agent=" + "9" * 30, "agent", "from the list"),
        ("amount_from=cheap", "amount_from", "in digits"),
        ("amount_from=1.2345", "amount_from", "more than 3 decimals"),
        ("amount_from=1.234&currency=AED", "amount_from", "has 2 decimals"),
        ("amount_to=-5", "amount_to", "more than zero"),
        ("amount_to=99999999999", "amount_to", "at most"),
        ("amount_from=20&amount_to=10", "amount_to", "less than"),
    ],
)
def test_what_cannot_be_looked_for_has_a_sentence(
    supervisor: Staff, query: str, field: str, words: str
) -> None:
    form = form_of(supervisor, query)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]
