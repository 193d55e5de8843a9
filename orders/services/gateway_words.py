"""What the gateway is told about an order and its customer besides the money."""

from typing import TypedDict

from django.conf import settings

from orders.gateway import FIELDS
from orders.models import Order


class About(TypedDict):
    """Parameters of a charge, by the names of ``orders.gateway.Client``; ``None`` is left out."""

    customer_email: str
    customer_name: str | None
    phone_number: str | None
    order_description: str | None
    customer_ip: str | None
    language: str


def about(order: Order) -> About:
    """The free parameters of a charge of ``order``. A customer without an email, or with one whose
    signs the gateway does not take, is sent with the merchant's own (APS guide, MOTO parameters:
    customer_email is mandatory).
    """
    customer = order.customer
    is_taken = FIELDS["customer_email"].accepts(customer.email)
    return About(
        customer_email=customer.email if is_taken else settings.MERCHANT_EMAIL,
        customer_name=customer.name or None,
        phone_number=customer.phone or None,
        order_description=order.description or order.reference or None,
        customer_ip=settings.OFFICE_IP or None,
        language="en",
    )
