"""Repeat runs for tests: files, cards that the stand-in knows, and a worker in the test's place."""

from collections.abc import Iterable

from orders.models import RepeatRun, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import repeat_files, repeat_runs, repeat_work
from orders.states import Status
from tests.factories import ConsentFactory

HEAD = "card,amount,currency,reference,description"


def cards(gateway: Sandbox, count: int) -> list[StoredCard]:
    """Cards of as many customers, which we may charge under an agreement."""
    return [
        ConsentFactory(card__token_name=gateway.make_token(), starts_itself=True).card
        for _number in range(count)
    ]


def sheet(of: Iterable[StoredCard], *, amount: str = "12.500", begins: int = 1) -> bytes:
    """A file with one row for each card: "SUB-1", "SUB-2", …"""
    rows = [f"{card.pk},{amount},KWD,SUB-{n},Tea" for n, card in enumerate(of, begins)]
    return "\n".join([HEAD, *rows]).encode()


def made(actor: Staff, data: bytes, name: str = "november.csv") -> RepeatRun:
    """The run of a file, not started."""
    return repeat_files.upload(actor=actor, name=name, data=data)


def started(actor: Staff, data: bytes, name: str = "november.csv") -> RepeatRun:
    """The run of a file, running."""
    return repeat_runs.start(actor=actor, run=made(actor, data, name))


def worked(run: RepeatRun) -> RepeatRun:
    """The run after everything that one process can do for it now."""
    found = RepeatRun.objects.select_related("started_by").get(pk=run.pk)
    repeat_work.work(found)
    found.refresh_from_db()
    return found


def charged(gateway: Sandbox) -> list[str]:
    """The references of the charges that the gateway was asked for, in order."""
    asked = [one for one in gateway.requests if one["command"] == "PURCHASE"]
    return [one["parameters"]["merchant_reference"] for one in asked]


def statuses(run: RepeatRun) -> list[str]:
    """How the charges of the run's rows stand, by row; "" where there is none."""
    rows = run.items.order_by("line").values_list("order__operations__status", flat=True)
    return [Status(one) if one else "" for one in rows]
