"""What follows a charge, through the services as the pages call them, and at the gateway itself."""

import json
import os
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from bench.faults.after_sale import COMMANDS
from bench.faults.control import Control, Impossible
from bench.faults.ledgers import gateway_orders
from bench.faults.plan import SUPERVISORS, Job
from bench.faults.postman import SURELY
from bench.faults.through_services import line_of, person
from orders.models import Operation, Order
from orders.services import ask, follow_up, settle
from orders.services.follow_up import Wish
from orders.states import Kind, Status

SERVICES: dict[str, Callable[..., Operation]] = {
    "capture": follow_up.capture,
    "void": follow_up.void,
    "refund": follow_up.refund,
}
TOGETHER_S = 1.5
_DONE = {Kind.CAPTURE: "04000", Kind.VOID: "08000", Kind.REFUND: "06000"}


def follow(job: Job) -> str:
    """A supervisor captures, voids or refunds."""
    order = Order.objects.get(reference=job.reference)
    wish = Wish(
        form_key=job.form_key,
        reason_code="other",
        reason="bench",
        amount_minor=job.moves_minor,
        charge=job.merchant_reference if job.of_duplicate else "",
    )
    meet(job)
    with line_of(job):
        done = SERVICES[job.kind](actor=person(job.staff), order=order, wish=wish)
    return f"{job.kind}: {done.status}"


def outside(job: Job) -> str:
    """Somebody does it in the gateway's own back office, and the office is surely told."""
    meet(job)
    try:
        told = Control(os.environ["FAULTS_CONTROL"]).act(
            job.merchant_reference, COMMANDS[job.kind], job.moves_minor
        )
    except Impossible:
        return "refused: the back office refuses it"
    headers = {"Content-Type": "application/json", SURELY: "yes"}
    body = json.dumps(told, ensure_ascii=False).encode()
    letter = urllib.request.Request(os.environ["FAULTS_POSTMAN"], body, headers)
    urllib.request.urlopen(letter, timeout=20).close()
    return f"{job.kind}: done in the back office"


def settle_it(job: Job) -> str:
    """Two supervisors say what they both see in the gateway's books."""
    operation = Operation.objects.get(pk=job.operation)
    happened, fort_id = seen(operation)
    settled = settle.settle(
        actor=person(job.staff),
        second_person=person(sum(SUPERVISORS) - job.staff),
        operation=operation,
        happened=happened,
        seen_fort_id=fort_id if happened else "",
        reason="Seen in the books",
    )
    return f"settled: {settled.status}"


def ask_about(job: Job) -> str:
    """Somebody has the gateway asked now about what is proven and doubted."""
    operation = Operation.objects.select_related("order", "parent").get(pk=job.operation)
    return f"asked: {ask.ask(operation=operation, actor=person(job.staff)).status}"


ACTS: dict[str, Callable[[Job], str]] = {
    "follow": follow,
    "outside": outside,
    "settle": settle_it,
    "ask": ask_about,
}


def seen(operation: Operation) -> tuple[bool, str]:
    """Whether the gateway's books show it, and the number that they show it by. Nothing but their
    number tells equal captures apart: there is one more than the office counts.
    """
    order = gateway_orders(Path(os.environ["FAULTS_BOOKS"]))[operation.merchant_reference]
    code, name = _DONE.get(Kind(operation.kind), ""), operation.maintenance_reference
    done = [act for act in order["operations"] if act["response_code"] == code]
    if operation.kind == Kind.REFUND:
        mine = [act for act in order["operations"] if act["maintenance_reference"] == name]
        # Done, and not taken back since.
        return bool(mine) and mine[-1]["response_code"] == code, order["fort_id"]
    counted = Operation.objects.filter(
        parent=operation.parent_id,
        kind=operation.kind,
        amount_minor=operation.amount_minor,
        status=Status.APPROVED,
    )
    alike = [act for act in done if act["amount"] == operation.amount_minor]
    return bool(operation.parent_id) and len(alike) > counted.count(), order["fort_id"]


def meet(job: Job) -> None:
    """Wait a moment for the other one who does the same, so that both begin at one instant."""
    if not job.meets:
        return
    folder = Path(os.environ["FAULTS_FOLDER"]) / "meetings" / job.meets
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(os.getpid())).touch()
    ends = time.monotonic() + TOGETHER_S
    while len(list(folder.iterdir())) < 2 and time.monotonic() < ends:
        time.sleep(0.002)
