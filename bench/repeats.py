"""Repeat runs of a practice office: cards that the stand-in knows, and runs of all of them."""

import multiprocessing
import os
import resource
import socket
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import django

# A process that is spawned to lend a hand imports this module first of all.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motooffice.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from orders.models import Consent, Customer, RepeatRun, Staff, StoredCard  # noqa: E402
from orders.purposes import Purpose  # noqa: E402
from orders.roles import give  # noqa: E402
from orders.run_states import Outcome  # noqa: E402
from orders.sandbox.server import Sandbox  # noqa: E402
from orders.services import repeat_counts, repeat_files, repeat_runs, repeat_work  # noqa: E402

HEAD = "card,amount,currency,reference"
READY_WITHIN_S = 120


@dataclass(frozen=True)
class Done:
    """A run that is over: what was charged, how long it took, the CPU seconds of all processes that
    worked on it, and for each of them the memory (MB) that it held as it went on.
    """

    charged: int
    took_s: float
    cpu_s: float
    memory_mb: list[list[float]]


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


def set_up(port: int, most: int, rate: float) -> None:
    """A stand-in at ``port``, and so many charges on the wire and a second, in this process."""
    settings.APS_API_URL = f"http://127.0.0.1:{port}/FortAPI/paymentApi"
    settings.REPEAT_IN_FLIGHT, settings.REPEAT_RATE = most, rate
    settings.NEAR_DUPLICATE_S = 0


def started(port: int, most: int, rate: float) -> RepeatRun:
    """A run of all cards, running, by a stand-in at ``port``."""
    set_up(port, most, rate)
    clerk = Staff.objects.get(username="bench")
    pks = StoredCard.objects.order_by("pk").values_list("pk", flat=True)
    rows = [f"{pk},12.500,KWD,B{most}-{pk}" for pk in pks]
    data = "\n".join([HEAD, *rows]).encode()
    run = repeat_files.upload(actor=clerk, name="bench.csv", data=data)
    repeat_runs.start(actor=clerk, run=run)
    return RepeatRun.objects.select_related("started_by").get(pk=run.pk)


def run(port: int, most: int, rate: float, hands: int) -> Done:
    """Charge all cards, with ``most`` on the wire: shared out to so many processes (``hands``), of
    which none stops while rows are left.
    """
    begun = started(port, most, rate)
    hands = min(hands, most)
    shares = [most // hands + (number < most % hands) for number in range(hands)]
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(hands + 1)
    with ProcessPoolExecutor(hands, context, _begin_together, [ready]) as pool:
        working = [pool.submit(hand, begun.pk, port, share, rate) for share in shares]
        ready.wait(READY_WITHIN_S)
        began = time.monotonic()
        seen = [one.result() for one in working]
        took_s = time.monotonic() - began
    charged = repeat_counts.progress(begun).counts[Outcome.CHARGED]
    return Done(charged, took_s, sum(cpu for cpu, _memory in seen), [mb for _cpu, mb in seen])


def _begin_together(ready: Barrier) -> None:
    """In each process, before its work: all are there."""
    ready.wait(READY_WITHIN_S)


def hand(run_pk: int, port: int, share: int, rate: float) -> tuple[float, list[float]]:
    """A process of its own: works on the run, and tells its CPU seconds and its memory (MB)."""
    set_up(port, share, rate)
    begun = RepeatRun.objects.select_related("started_by").get(pk=run_pk)
    memory, cpu_before_s = [memory_mb()], cpu_s()
    repeat_work.work(begun, tell=lambda: memory.append(memory_mb()))
    return cpu_s() - cpu_before_s, memory


def cpu_s() -> float:
    """The CPU time of this process, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory_mb() -> float:
    """The memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


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
