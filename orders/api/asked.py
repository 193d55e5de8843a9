"""What machines may send: strict types, known names, amounts as whole minor units."""

import re
from datetime import date
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field

from orders.errors import Refused
from orders.money import MAX_MINOR
from orders.purposes import Initiator, Purpose
from orders.services.near_duplicates import Confirmation
from orders.services.new_order import NewConsent, NewCustomer
from orders.states import OrderStatus, Source

# Text without characters that cannot be seen and that some programs obey.
_SEEN = r"^[^\x00-\x1f\x7f-\x9f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

Amount = Annotated[
    int, Field(ge=1, le=MAX_MINOR, description="Minor units: KWD 250.500 is 250500.")
]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["AED"])]
CustomerNumber = Annotated[
    str, Field(pattern="^C-[0-9]{4,15}$", examples=["C-1042"], description="The customer's number.")
]
Reference = Annotated[str, Field(min_length=1, max_length=60, pattern=_SEEN)]


Text30 = Annotated[str, Field(max_length=30, pattern=_SEEN)]
Text60 = Annotated[str, Field(max_length=60, pattern=_SEEN)]
Text80 = Annotated[str, Field(max_length=80, pattern=_SEEN)]
Text250 = Annotated[str, Field(max_length=250, pattern=_SEEN)]
Text254 = Annotated[str, Field(max_length=254, pattern=_SEEN)]
Note = Annotated[str, Field(max_length=2000, pattern=_LINES)]


def _written(typed: str) -> str:
    """A moment as RFC 3339 writes it, within a century: pydantic would read any number too."""
    if not re.match("20[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt ]", typed):
        raise ValueError("a date and time like 2026-11-22T10:00:00Z")
    return typed


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]


class Asked(Schema):
    """A body: other names than these, and other types, are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewCustomerAsked(Asked):
    """Somebody who orders for the first time; reached by an email, a phone or an address."""

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=_SEEN)]
    email: Text254 = ""
    phone: Text30 = ""
    address: Text250 = ""
    city: Text80 = ""
    country: Text80 = ""


class KeepCard(Asked):
    """The customer's permission to keep a new card: the very words they read or heard, by which it
    can be proven years later, how they agreed, and how far it goes.
    """

    words: Annotated[str, Field(min_length=1, max_length=2000, pattern=_LINES)]
    script_version: Annotated[str, Field(min_length=1, max_length=20, pattern=_SEEN)]
    language: Literal["en", "ar"]
    given_by: Annotated[str, Field(min_length=1, max_length=120, pattern=_SEEN)]
    purpose: Literal[tuple(Purpose.values)]  # type: ignore[valid-type]
    per_charge_minor: Annotated[Amount | None, Field(description="At most for one charge.")] = None
    per_month_minor: Annotated[Amount | None, Field(description="At most in a month.")] = None
    ends_on: Annotated[str, Field(pattern="^(20[0-9]{2}-[0-9]{2}-[0-9]{2})?$")] = ""

    def consent(self, currency: str) -> NewConsent:
        """As the services take it, with ceilings in ``currency``. Raises ``Refused`` for a last day
        that no calendar has.
        """
        try:
            ends_on = date.fromisoformat(self.ends_on) if self.ends_on else None
        except ValueError as error:
            raise Refused("no_such_day", _("There is no such day."), field="ends_on") from error
        return NewConsent(
            words=self.words,
            script_version=self.script_version,
            language=self.language,
            given_by=self.given_by,
            purpose="",
            purpose_code=self.purpose,
            currency=currency if self.per_charge_minor or self.per_month_minor else "",
            ceiling_per_charge_minor=self.per_charge_minor,
            ceiling_per_month_minor=self.per_month_minor,
            ends_on=ends_on,
        )


class NearDuplicateAsked(Asked):
    """Why to charge although it looks like another charge, and the keys of what was seen."""

    reason: Annotated[str, Field(min_length=1, max_length=250, pattern=_SEEN)]
    seen: Annotated[list[Text60], Field(max_length=40)]

    def confirmation(self) -> Confirmation:
        """As the services take it."""
        return Confirmation(self.reason, frozenset(self.seen))


class Try(Asked):
    """How an order is paid: by a stored card at once, or by a card yet to be entered."""

    card: Annotated[
        int | None,
        Field(ge=1, le=10**15, description="A stored card's id; without: a card-entry session."),
    ] = None
    initiated_by: Annotated[
        Literal[tuple(Initiator.values)],  # type: ignore[valid-type]
        Field(description="Who starts it; merchant: under the agreement of a stored card."),
    ] = Initiator.CUSTOMER.value
    keep_card: KeepCard | None = None
    near_duplicate: NearDuplicateAsked | None = None
    language: Annotated[Literal["en", "ar"], Field(description="Of the card's form.")] = "en"


class OrderAsked(Try):
    """A new order, of a known customer or of a new one."""

    amount_minor: Amount
    currency: Currency
    customer: CustomerNumber | None = None
    new_customer: NewCustomerAsked | None = None
    wants: Annotated[
        Literal["purchase", "authorization"], Field(description="Take now, or reserve only.")
    ] = "purchase"
    reference: Text60 = ""
    description: Text250 = ""
    note: Note = ""
    send_receipts: Annotated[bool, Field(description="By email, where the customer has one.")] = (
        False
    )

    def who(self) -> NewCustomer | str:
        """The new customer, or a known one's number. Raises ``Refused`` for both or neither."""
        if (self.customer is None) == (self.new_customer is None):
            raise Refused(
                "customer_or_new",
                _("Send either customer or new_customer."),
                field="customer",
            )
        return NewCustomer(**self.new_customer.dict()) if self.new_customer else self.customer or ""


class ChargeAsked(Asked):
    """The prepared charge to send, now that its card was entered."""

    operation: Reference
    near_duplicate: NearDuplicateAsked | None = None


class WholeAsked(Asked):
    """Why, and of which charge where an order was charged twice."""

    reason_code: str = Field(max_length=16, pattern="^[a-z_]+$", examples=["cancelled"])
    reason: Annotated[Text250, Field(description="Needed for the reason_code other.")] = ""
    charge: Annotated[Text60, Field(description="A duplicate's reference; else the order's.")] = ""


class PartAsked(WholeAsked):
    """The same, and how much."""

    amount_minor: Amount


class Cursor(Schema):
    """Where a page begins."""

    cursor: Annotated[str, Field(max_length=24, description="What next said.")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class OrderFilters(Cursor):
    """What the list of orders is narrowed by; the filters of the order history."""

    text: Annotated[
        str, Field(max_length=100, pattern=_SEEN, description="Number, reference, customer, card.")
    ] = ""
    status: Literal[tuple(OrderStatus.values)] | None = None  # type: ignore[valid-type]
    source: Literal[tuple(Source.values)] | None = None  # type: ignore[valid-type]
    since: Annotated[Moment | None, Field(description="Taken from here on.")] = None
    until: Annotated[Moment | None, Field(description="Taken before.")] = None
    customer: CustomerNumber | None = None
    currency: Currency | None = None
    amount_from_minor: Annotated[Amount | None, Field(description="Needs a currency.")] = None
    amount_to_minor: Annotated[Amount | None, Field(description="Needs a currency.")] = None


class CustomerFilters(Cursor):
    """Whom to find: name, email, phone, customer number."""

    text: Annotated[str, Field(max_length=100, pattern=_SEEN)] = ""
