import pytest

from orders.gateway import build
from orders.services.gateway_words import about
from tests.factories import CustomerFactory, OrderFactory

CHARGE = {
    "merchant_reference": "MO-10001-1",
    "amount": 12_500,
    "currency": "AED",
    "eci": "MOTO",
    "token_name": "token",
}


def test_the_gateway_is_told_who_orders_and_what(db: None) -> None:
    order = OrderFactory(customer__name="Aisha Rahman", customer__email="aisha@example.com")
    assert about(order) == {
        "customer_email": "aisha@example.com",
        "customer_name": "Aisha Rahman",
        "phone_number": order.customer.phone,
        "order_description": "Two boxes of dates",
        "customer_ip": "192.0.2.10",
        "language": "en",
    }


@pytest.mark.parametrize("email", ["", "o'neil@example.com", "a@[127.0.0.1]", "a@بريد.امارات"])
def test_for_an_email_the_gateway_does_not_take_the_merchants_own_is_sent(
    db: None, email: str
) -> None:
    order = OrderFactory(customer__email=email)
    assert about(order)["customer_email"] == "orders@moto-demo.example"


@pytest.mark.parametrize(
    ("description", "reference", "told"),
    [("Dates", "WEB-1", "Dates"), ("", "WEB-1", "WEB-1"), ("", "", None)],
)
def test_the_description_or_else_the_reference_is_told(
    db: None, description: str, reference: str, told: str | None
) -> None:
    order = OrderFactory(description=description, reference=reference)
    assert about(order)["order_description"] == told


def test_what_is_not_known_is_left_out(db: None, settings: object) -> None:
    settings.OFFICE_IP = ""  # type: ignore[attr-defined]
    told = about(OrderFactory(customer__phone=""))
    assert (told["phone_number"], told["customer_ip"]) == (None, None)


def test_the_internal_note_and_the_call_are_never_told(db: None) -> None:
    order = OrderFactory(note="Pays late", call_reference="CALL-1", slip_number="S-1")
    assert not {"Pays late", "CALL-1", "S-1"} & set(about(order).values())


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("محمد أحمد", "طلب هاتفي رقم ١٢٣"),
        ("Zoë O'Neil & Söhne <b>", "2 × Bukhoor = 20% off 🎁"),
        ("x" * 120, "y" * 250),
        ("🎁", "🎁\n\t"),
    ],
)
def test_whatever_people_wrote_the_gateway_takes_the_charge(
    db: None, name: str, description: str
) -> None:
    order = OrderFactory(customer__name=name, description=description)
    told = build("PURCHASE", {**CHARGE, **about(order), "language": None})
    assert told["customer_email"] == order.customer.email
    assert len(told.get("customer_name", "")) <= 40
    assert len(told.get("order_description", "")) <= 150


def test_a_customer_who_can_only_be_written_to_can_be_charged(db: None) -> None:
    customer = CustomerFactory(email="", phone="", address="P.O. Box 1")
    assert build("PURCHASE", {**CHARGE, **about(OrderFactory(customer=customer))})
