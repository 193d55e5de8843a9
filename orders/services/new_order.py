"""An order and a consent as somebody asks for them, before any row exists."""

from dataclasses import dataclass

from orders.models import Customer
from orders.states import Kind


@dataclass(frozen=True, kw_only=True)
class NewCustomer:
    """Somebody who orders for the first time: stored in one commit with the order, or not at all,
    so that a form sent twice makes one customer.
    """

    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order as somebody wants it. ``amount_minor`` is in minor units of ``currency``;
    ``send_receipts``: to the customer's own email, where there is one.
    """

    source: str
    customer: Customer | NewCustomer
    amount_minor: int
    currency: str
    wants: str = Kind.PURCHASE
    reference: str = ""
    description: str = ""
    note: str = ""
    call_reference: str = ""
    slip_number: str = ""
    send_receipts: bool = False


@dataclass(frozen=True, kw_only=True)
class NewConsent:
    """The permission to keep a card, as just given."""

    script_version: str
    language: str
    given_by: str
    purpose: str
