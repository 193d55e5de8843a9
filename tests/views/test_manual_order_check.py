"""What the page is told while an order is typed."""

import pytest
from django.test import Client

from orders.models import Staff
from orders.states import Act
from tests.factories import OrderFactory, StaffFactory
from tests.services.over_ceiling import ceiling, limit_charges
from tests.views.order_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Staff:
    return StaffFactory(agent=True)


def ask(staff: Staff, **values: str) -> dict[str, str]:
    told: dict[str, str] = signed_in(staff).get("/orders/new/check/", values).json()
    return told


def test_amount_comes_back_in_figures_and_words(agent: Staff) -> None:
    told = ask(agent, currency="KWD", amount="250.5")
    assert told == {
        "placeholder": "0.000",
        "money": "KWD 250.500",
        "words": "two hundred and fifty Kuwaiti dinars and five hundred fils",
        "visa": "",
        "over": "",
        "error": "",
    }


def test_an_amount_over_the_ceiling_says_which_limit_it_is(agent: Staff) -> None:
    limit_charges(10_000)
    assert "AED 100.00" in ask(agent, currency="AED", amount="100.01")["over"]
    assert ask(agent, currency="AED", amount="100")["over"] == ""


def test_going_on_despite_a_warning_may_be_over_a_limit_of_its_own(agent: Staff) -> None:
    ceiling("agent", Act.OVERRIDE, 10_000)
    first = OrderFactory(charged=True, taken_by=agent, currency="AED", amount_minor=12_500)
    typed = {"customer": str(first.customer_id), "currency": "AED", "amount": "125"}
    assert "Charge despite a warning" in ask(agent, **typed)["over"]
    assert ask(agent, **typed | {"amount": "126"})["over"] == ""


def test_words_are_in_the_language_of_the_page(agent: Staff) -> None:
    client: Client = signed_in(agent)
    client.post("/i18n/setlang/", {"language": "ar"})
    told = client.get("/orders/new/check/", {"currency": "AED", "amount": "3"}).json()
    assert told["words"] == "ثلاثة دراهم"


def test_wrong_amount_comes_back_with_its_sentence(agent: Staff) -> None:
    told = ask(agent, currency="JPY", amount="1.5")
    assert (told["placeholder"], told["money"]) == ("0", "")
    assert told["error"] == "Japanese yen has no decimals."


def test_amount_that_visa_refuses_is_named(agent: Staff) -> None:
    assert "last decimal of 0" in ask(agent, currency="KWD", amount="1.001")["visa"]


def test_currency_that_does_not_exist_is_an_error(agent: Staff) -> None:
    assert ask(agent, currency="ABC", amount="1")["error"] == "Choose a currency from the list."


def test_reference_in_use_names_its_order_and_links_it(agent: Staff) -> None:
    other = OrderFactory(reference="A-1042", taken_by=agent)
    told = ask(agent, reference=" A-1042 ")
    assert other.number in told["error"]
    assert told["url"] == other.get_absolute_url()


def test_order_of_somebody_else_is_named_but_not_linked(agent: Staff) -> None:
    OrderFactory(reference="A-1042")
    assert ask(agent, reference="A-1042")["url"] == ""


def test_free_reference_is_no_error(agent: Staff) -> None:
    assert ask(agent, reference="A-1043") == {"error": "", "url": ""}


def test_reading_is_no_right_to_ask() -> None:
    client = signed_in(StaffFactory(auditor=True))
    assert client.get("/orders/new/check/", {"reference": "A"}).status_code == 403
