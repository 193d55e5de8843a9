"""A customer's form."""

import pytest
from django.test import Client

from orders.models import Customer
from tests.factories import CustomerFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(client: Client) -> Customer:
    client.force_login(StaffFactory(agent=True))
    return CustomerFactory(name="Aisha Rahman")


def typed(customer: Customer, **changes: str) -> dict[str, str]:
    names = ("name", "email", "phone", "address", "city", "country", "language")
    return {name: getattr(customer, name) for name in names} | changes


def test_the_form_begins_with_what_is_kept(client: Client, customer: Customer) -> None:
    html = client.get(f"/customers/{customer.pk}/edit/").content.decode()
    assert 'value="Aisha Rahman"' in html
    assert f'value="{customer.phone}"' in html


def test_a_correction_is_kept(client: Client, customer: Customer) -> None:
    response = client.post(
        f"/customers/{customer.pk}/edit/", typed(customer, city="Amman", email=""), follow=True
    )
    customer.refresh_from_db()
    assert (customer.city, customer.email) == ("Amman", "")
    assert "The details were saved." in response.content.decode()


def test_a_refused_correction_keeps_the_customer_as_it_was(
    client: Client, customer: Customer
) -> None:
    response = client.post(f"/customers/{customer.pk}/edit/", typed(customer, phone="0500"))
    assert response.status_code == 200
    assert 'value="0500"' in response.content.decode()
    held = customer.phone
    customer.refresh_from_db()
    assert customer.phone == held


def test_an_auditor_cannot_correct(client: Client, customer: Customer) -> None:
    client.force_login(StaffFactory(auditor=True))
    response = client.post(f"/customers/{customer.pk}/edit/", typed(customer, city="Amman"))
    assert response.status_code == 403


def test_a_customer_who_is_not_there_is_not_found(client: Client, customer: Customer) -> None:
    assert client.get(f"/customers/{customer.pk + 1}/edit/").status_code == 404
