"""Repeat runs of a practice office: cards that the stand-in knows, and runs of all of them."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from orders.models import Consent, Customer, RepeatRun, Staff, StoredCard
from orders.purposes import Purpose
from orders.roles import give
from orders.run_states import Outcome
from orders.sandbox.server import Sandbox
from orders.services import repeat_counts, repeat_files, repeat_runs, repeat_work

HEAD = "card,amount,currency,reference"


def prepare(items: int, books: Path) -> None:
    """A clerk, and as many customers with a card that may be charged under an agreement."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    clerk = Staff.objects.create_user("bench")
    give(clerk, "clerk")
    with Sandbox(books=books, feedback="off") as box:
        tokens = [box.make_token() for _number in range(items)]
    names = (Customer(name="Aisha Rahman", email="aisha@example.com") for _token in tokens)
    customers = Customer.objects.bulk_create(names, batch_size=500)
    cards = StoredCard.objects.bulk_create(
        (
            StoredCard(
                customer=customer, token_name=token, brand="VISA", last_four="0001", expiry="4912"
            )
            for customer, token in zip(customers, tokens, strict=True)
        ),
        batch_size=500,
    )
    consents = (
        Consent(
            customer=card.customer, card=card, agent=clerk, script_version="1", language="en",
            given_by="bench", purpose_code=Purpose.REGULAR,
        )
        for card in cards
    )  # fmt: skip
    Consent.objects.bulk_create(consents, batch_size=500)


def started(port: int, most: int, rate: float) -> RepeatRun:
    """A run of all cards, running, by a stand-in at ``port``."""
    settings.APS_API_URL = f"http://127.0.0.1:{port}/FortAPI/paymentApi"
    settings.REPEAT_IN_FLIGHT, settings.REPEAT_RATE = most, rate
    settings.NEAR_DUPLICATE_S = 0
    clerk = Staff.objects.get(username="bench")
    pks = StoredCard.objects.order_by("pk").values_list("pk", flat=True)
    rows = [f"{pk},12.500,KWD,B{most}-{pk}" for pk in pks]
    data = "\n".join([HEAD, *rows]).encode()
    run = repeat_files.upload(actor=clerk, name="bench.csv", data=data)
    repeat_runs.start(actor=clerk, run=run)
    return RepeatRun.objects.select_related("started_by").get(pk=run.pk)


def work(run: RepeatRun, tell: Callable[[], object]) -> int:
    """Charge all rows; returns how many are charged."""
    repeat_work.work(run, tell=tell)
    return repeat_counts.progress(run).counts[Outcome.CHARGED]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Return when somebody listens on the port."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
