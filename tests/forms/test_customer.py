"""A customer's details as typed."""

import pytest

from orders.errors import Refused
from orders.forms.customer import CustomerForm, held_by
from orders.services.customer_details import FIELDS
from tests.factories import CustomerFactory


def test_a_name_is_all_the_form_itself_asks_for() -> None:
    assert CustomerForm({"name": "Huda", "language": "en"}).is_valid()
    assert list(CustomerForm({"language": "en"}).errors) == ["name"]


def test_the_form_has_every_detail_that_is_kept() -> None:
    assert tuple(CustomerForm().fields) == FIELDS == tuple(held_by(CustomerFactory.build()))


@pytest.mark.parametrize(("field", "shown_at"), [("phone", "phone"), ("", "__all__")])
def test_a_refusal_is_shown_where_it_belongs(field: str, shown_at: str) -> None:
    form = CustomerForm({"name": "Huda", "language": "en"})
    form.refuse(Refused("some_rule", "Some rule forbids it.", field=field))
    assert form.errors[shown_at] == ["Some rule forbids it."]
