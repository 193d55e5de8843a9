"""A backlog of unknown charges, and a stand-in that goes away and comes back."""

from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.models import Sum

from orders import clock
from orders.models import Breaker, Consent, Customer, Operation, Staff, StoredCard
from orders.roles import give
from orders.sandbox.server import Sandbox
from orders.services import charge, place
from orders.services.new_order import NewOrder
from orders.states import UNSETTLED


def make(charges: int, books: Path) -> int:
    """Unknown charges that the gateway took and that are due; the port where it was."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    agent = Staff.objects.create_user("bench")
    give(agent, "agent")
    with Sandbox(books=books, feedback="off") as box:
        settings.APS_API_URL = box.api_url
        customer = Customer.objects.create(name="Aisha Rahman", email="aisha@example.com")
        card = StoredCard.objects.create(
            customer=customer,
            token_name=box.make_token(customer_name="Aisha Rahman"),
            brand="VISA",
            last_four="0001",
            expiry="4912",
        )
        Consent.objects.create(
            customer=customer, card=card, agent=agent, script_version="1", language="en",
            given_by="bench", purpose="bench",
        )  # fmt: skip
        box.set(force="920")
        settings.RESOLVE_BREAKER_AFTER = charges + 1
        for number in range(charges):
            take(agent, card, number)
        port = box.port
    Breaker.objects.all().delete()
    Operation.objects.filter(status="unknown").update(next_check_at=clock.now())
    return port


def take(agent: Staff, card: StoredCard, number: int) -> None:
    """An order charged on the stored card, whose answer is lost."""
    wanted = NewOrder(
        source="phone", customer=card.customer, amount_minor=10_000 + number, currency="AED"
    )
    charge.proceed(
        place.place_order(
            actor=agent, form_key=place.new_form_key(), new_order=wanted, stored_card=card
        )
    )


def back_again(port: int, books: Path) -> AbstractContextManager[Sandbox]:
    """The stand-in with the same books, at the same address."""
    return Sandbox(port, books=books, feedback="off")


def left() -> int:
    """How many charges are not settled."""
    return Operation.objects.filter(status__in=UNSETTLED).count()


def checks() -> int:
    """How many questions were asked so far, those that only found out included."""
    asked = Operation.objects.aggregate(sum=Sum("checks"))["sum"] or 0
    return asked + sum(Breaker.objects.values_list("probes", flat=True))
