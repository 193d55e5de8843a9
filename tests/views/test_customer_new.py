"""A new customer's form."""

import pytest
from django.test import Client

from orders.models import Customer
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

TYPED = {"name": "Huda Nasser", "phone": "00962 79 000 1111", "language": "ar"}


@pytest.fixture(autouse=True)
def _agent(client: Client) -> None:
    client.force_login(StaffFactory(agent=True))


def test_what_is_typed_becomes_a_customer(client: Client) -> None:
    response = client.post("/customers/new/", TYPED, follow=True)
    customer = Customer.objects.get()
    assert response.redirect_chain == [(customer.get_absolute_url(), 302)]
    assert (customer.name, customer.phone) == ("Huda Nasser", "+962790001111")
    assert "Huda Nasser was added." in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Type the customer&#x27;s name."),
        ({"name": "x" * 10_000}, "at most 120 characters"),
        ({"name": "Huda\x07"}, "cannot be seen"),
        ({"phone": ""}, "Type an email, a phone number or a postal address."),
        ({"phone": "079 000 1111"}, "the country code"),
        ({"email": "huda"}, "This is not an email address."),
        ({"language": "tlh"}, "Choose from the list."),
    ],
)
def test_what_cannot_be_kept_has_a_sentence_and_stays_typed(
    client: Client, typed: dict[str, str], words: str
) -> None:
    response = client.post("/customers/new/", TYPED | {"city": "Amman"} | typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert 'value="Amman"' in response.content.decode()
    assert not Customer.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_who_may_not_add_customers_gets_no_form(client: Client, role: str) -> None:
    client.force_login(StaffFactory(**{role: True}))
    assert client.get("/customers/new/").status_code == 403
    assert client.post("/customers/new/", TYPED).status_code == 403
