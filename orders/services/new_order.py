"""An order and a consent as somebody asks for them, before any row exists."""

from dataclasses import dataclass
from datetime import date

from orders.models import Customer, Order, RepeatItem
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
    ``send_receipts``: to the customer's own email, where there is one. ``again_of`` is the order
    that it copies, ``repeat_item`` the row of a repeat run that it is made for.
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
    again_of: Order | None = None
    repeat_item: RepeatItem | None = None


@dataclass(frozen=True, kw_only=True)
class NewConsent:
    """The customer's answer to what was just read: the permission to keep a card, or a no.

    ``purpose_code`` is of ``states.Purpose``, ``purpose`` what staff added in words. Ceilings are
    in minor units of ``currency``; None where the customer was told of none. ``words`` are what was
    read, where it was no script of ours.
    """

    script_version: str
    language: str
    given_by: str
    purpose: str
    is_given: bool = True
    purpose_code: str = ""
    currency: str = ""
    ceiling_per_charge_minor: int | None = None
    ceiling_per_month_minor: int | None = None
    ends_on: date | None = None
    words: str = ""
