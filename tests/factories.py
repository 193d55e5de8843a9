"""Rows for tests: staff by role, customers, stored cards, orders in every state, operations.

Each call gives a row that could stand in the real database: totals, statuses and operations of an
order agree with one another. Nothing here goes through the services, so that tests of the services
have something to start from.
"""

from typing import Any

import factory
from django.contrib.auth.models import Group
from django.utils import timezone
from factory import SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from orders import clock
from orders.models import (
    Consent,
    Customer,
    Operation,
    Order,
    OutsidePayment,
    Staff,
    StoredCard,
)
from orders.purposes import Purpose
from orders.services import customers
from orders.states import Kind, OrderStatus, OutsideMethod, Source, Status

PASSWORD = "moto-office-demo"
CODES = {
    (Kind.PURCHASE, Status.APPROVED): "14000",
    (Kind.PURCHASE, Status.DECLINED): "13666",
    (Kind.AUTHORIZATION, Status.APPROVED): "02000",
    (Kind.AUTHORIZATION, Status.VOIDED): "02000",
    (Kind.AUTHORIZATION, Status.DECLINED): "03666",
    (Kind.REFUND, Status.APPROVED): "06000",
}


class StaffFactory(DjangoModelFactory[Staff]):
    """``StaffFactory(agent=True)`` is in the group "agent"; without a role there are no rights."""

    class Meta:
        model = Staff

    class Params:
        agent = Trait(role="agent")
        clerk = Trait(role="clerk")
        supervisor = Trait(role="supervisor")
        auditor = Trait(role="auditor")
        admin = Trait(role="admin")

    role = ""
    username = Sequence(lambda n: f"person-{n}")
    first_name = "Layla"
    last_name = Sequence(lambda n: f"Haddad {n}")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[Staff], *args: Any, role: str, **kwargs: Any) -> Staff:
        staff = model_class.objects.create_user(*args, **kwargs)
        if role:
            staff.groups.add(Group.objects.get_or_create(name=role)[0])
        return staff


class CustomerFactory(DjangoModelFactory[Customer]):
    """A customer who is found by name, email and phone at once."""

    class Meta:
        model = Customer

    name = Sequence(lambda n: f"Aisha Rahman {n}")
    email = Sequence(lambda n: f"aisha{n}@example.com")
    phone = Sequence(lambda n: f"+9715{n:08d}")
    city = "Dubai"
    country = "United Arab Emirates"

    @classmethod
    def _create(cls, model_class: type[Customer], *args: Any, **kwargs: Any) -> Customer:
        customer = super()._create(model_class, *args, **kwargs)
        customers.rebuild_keys(customer)
        return customer


class StoredCardFactory(DjangoModelFactory[StoredCard]):
    """A card kept by permission; with ``allowed=False`` nobody is known to have allowed it."""

    class Meta:
        model = StoredCard
        skip_postgeneration_save = True

    customer = SubFactory(CustomerFactory)
    token_name = Sequence(lambda n: f"token{n:032d}")
    brand = "VISA"
    last_four = "1111"
    expiry = factory.LazyFunction(lambda: f"{(clock.now().year + 3) % 100:02d}05")
    holder = "Aisha Rahman"

    @factory.post_generation
    def allowed(self: Any, create: bool, wanted: bool | None, **_given: Any) -> None:
        """Give the card its consent."""
        if wanted is not False:
            ConsentFactory(card=self)


class ConsentFactory(DjangoModelFactory[Consent]):
    """The permission of a new stored card; ``starts_itself=True`` covers charges that we start."""

    class Meta:
        model = Consent

    class Params:
        starts_itself = Trait(purpose_code=Purpose.REGULAR)

    card = SubFactory(StoredCardFactory, allowed=False)
    customer = SelfAttribute("card.customer")
    script_version = "2026-11"
    language = "en"
    given_by = "Call 4711"
    purpose = "Later orders"
    agent = SubFactory(StaffFactory, agent=True)


class OrderFactory(DjangoModelFactory[Order]):
    """An open order, or by a trait one whose charge is ``reserved``, ``charged``, ``paid``,
    ``part_refunded``, ``refunded``, ``voided``, ``declined`` or ``unknown``, with its operations;
    ``paid_outside`` with a cheque.
    """

    class Meta:
        model = Order
        skip_postgeneration_save = True

    class Params:
        is_taken = Trait(authorized_minor=SelfAttribute("amount_minor"))
        is_captured = Trait(is_taken=True, captured_minor=SelfAttribute("amount_minor"))
        reserved = Trait(
            is_taken=True,
            status=OrderStatus.RESERVED,
            wants=Kind.AUTHORIZATION,
            charge=factory.RelatedFactory(
                "tests.factories.OperationFactory", "order", authorization=True, approved=True
            ),
        )
        charged = Trait(
            is_captured=True,
            status=OrderStatus.CHARGED,
            charge=factory.RelatedFactory(
                "tests.factories.OperationFactory", "order", approved=True
            ),
        )
        paid = Trait(
            charged=True,
            status=OrderStatus.PAID,
            paid_at=factory.LazyFunction(clock.now),
            paid_by=SelfAttribute("taken_by"),
        )
        part_refunded = Trait(
            is_captured=True,
            status=OrderStatus.PART_REFUNDED,
            refunded_minor=factory.LazyAttribute(lambda order: order.amount_minor // 2),
            refund=factory.RelatedFactory("tests.factories.RefundFactory", "order"),
        )
        refunded = Trait(
            is_captured=True,
            status=OrderStatus.REFUNDED,
            refunded_minor=SelfAttribute("amount_minor"),
            refund=factory.RelatedFactory("tests.factories.RefundFactory", "order"),
        )
        voided = Trait(
            status=OrderStatus.VOIDED,
            wants=Kind.AUTHORIZATION,
            charge=factory.RelatedFactory(
                "tests.factories.OperationFactory",
                "order",
                authorization=True,
                approved=True,
                status=Status.VOIDED,
            ),
        )
        declined = Trait(
            status=OrderStatus.DECLINED,
            charge=factory.RelatedFactory(
                "tests.factories.OperationFactory", "order", declined=True
            ),
        )
        paid_outside = Trait(
            status=OrderStatus.PAID_OUTSIDE,
            outside=factory.RelatedFactory("tests.factories.OutsidePaymentFactory", "order"),
        )
        unknown = Trait(
            status=OrderStatus.UNKNOWN,
            charge=factory.RelatedFactory(
                "tests.factories.OperationFactory", "order", unknown=True
            ),
        )

    source = Source.PHONE
    customer = SubFactory(CustomerFactory)
    reference = Sequence(lambda n: f"WEB-{20000 + n}")
    description = "Two boxes of dates"
    call_reference = "Call 4711"
    amount_minor = 250_500
    currency = "KWD"
    taken_by = SubFactory(StaffFactory, agent=True)


class OperationFactory(DjangoModelFactory[Operation]):
    """A prepared purchase, or by a trait one that is ``sent``, ``approved``, ``declined`` or
    ``unknown``; ``authorization=True`` reserves instead of charging.
    """

    class Meta:
        model = Operation
        skip_postgeneration_save = True

    class Params:
        authorization = Trait(kind=Kind.AUTHORIZATION)
        sent = Trait(
            status=Status.SENDING,
            submitted_at=factory.LazyFunction(clock.now),
            token_name=Sequence(lambda n: f"token{n:032d}"),
            payment_option="VISA",
            last_four="1111",
            expiry="3005",
        )
        settled = Trait(
            sent=True,
            settled_at=factory.LazyFunction(clock.now),
            fort_id=Sequence(lambda n: f"1697{n:014d}"),
        )
        approved = Trait(settled=True, status=Status.APPROVED, response_message="Success")
        declined = Trait(settled=True, status=Status.DECLINED)
        unknown = Trait(
            sent=True, status=Status.UNKNOWN, next_check_at=factory.LazyFunction(clock.now)
        )

    order = SubFactory(OrderFactory)
    kind = Kind.PURCHASE
    seq = factory.LazyAttribute(lambda row: row.order.operations.count() + 1)
    merchant_reference = factory.LazyAttribute(lambda row: f"{row.order.number}-{row.seq}")
    form_key = Sequence(lambda n: f"formkey{n:019d}")
    amount_minor = SelfAttribute("order.amount_minor")
    currency = SelfAttribute("order.currency")
    actor = SelfAttribute("order.taken_by")
    response_code = factory.LazyAttribute(lambda row: CODES.get((row.kind, row.status), ""))


class RefundFactory(OperationFactory):
    """An approved refund of all that its order says was given back, and the charge it acts on."""

    kind = Kind.REFUND
    approved = True
    parent = SubFactory(OperationFactory, order=SelfAttribute("..order"), approved=True)
    seq = factory.LazyAttribute(lambda row: row.parent.seq + 1)
    merchant_reference = SelfAttribute("parent.merchant_reference")
    maintenance_reference = factory.LazyAttribute(lambda row: f"{row.order.number}-R{row.seq}")
    amount_minor = SelfAttribute("order.refunded_minor")
    reason = "Sent back"


class OutsidePaymentFactory(DjangoModelFactory[OutsidePayment]):
    """A cheque over an order's whole amount; by ``taken_back`` one that bounced."""

    class Meta:
        model = OutsidePayment

    order = SubFactory(OrderFactory)
    method = OutsideMethod.CHEQUE
    reference = Sequence(lambda n: f"CHQ-{7000 + n}")
    reason = "The customer has no card"
    received_on = factory.LazyFunction(lambda: timezone.localdate(clock.now()))
    amount_minor = SelfAttribute("order.amount_minor")
    currency = SelfAttribute("order.currency")
    form_key = Sequence(lambda n: f"outsidekey{n:016d}")
    recorded_by = SubFactory(StaffFactory, supervisor=True)

    @classmethod
    def _create(
        cls, model_class: type[OutsidePayment], *args: Any, taken_back: bool = False, **kwargs: Any
    ) -> OutsidePayment:
        payment = super()._create(model_class, *args, **kwargs)
        if taken_back:  # no row is born so: the database refuses it
            OutsidePayment.objects.filter(pk=payment.pk).update(
                taken_back_at=clock.now(),
                taken_back_by=payment.recorded_by,
                taken_back_reason="It bounced",
            )
            payment.refresh_from_db()
        return payment
