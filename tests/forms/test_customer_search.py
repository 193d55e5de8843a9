"""The box that finds a customer."""

import pytest

from orders.forms.customer_search import CustomerSearchForm


def test_what_is_typed_is_looked_for_without_blanks_around_it() -> None:
    form = CustomerSearchForm({"q": " Aïsha  R "})
    assert form.is_valid()
    assert form.cleaned_data["q"] == "Aïsha  R"


def test_its_id_is_not_that_of_the_search_for_orders() -> None:
    assert CustomerSearchForm()["q"].auto_id == "customer-q"


@pytest.mark.parametrize("typed", ["x" * 121, "\x00", "a\x07"])
def test_what_cannot_be_looked_for_has_a_sentence(typed: str) -> None:
    assert CustomerSearchForm({"q": typed}).errors["q"]
