"""A worker process: takes orders through the services as the pages do, until it is killed.

Importing this module sets Django up, so that the fork server does it once for all workers.
"""

import html
import os
import re
import time
import traceback
import urllib.parse
import urllib.request
from multiprocessing.connection import Connection

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motooffice.settings")
django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import OperationalError, close_old_connections  # noqa: E402

from bench.faults.plan import CARDS, CUSTOMERS, Job, key  # noqa: E402
from orders.errors import Conflict, Refused  # noqa: E402
from orders.models import Customer, Operation, Order, Staff, StoredCard  # noqa: E402
from orders.services import card_entry, charge, follow_up, paid, place  # noqa: E402
from orders.services.new_order import NewConsent, NewCustomer, NewOrder  # noqa: E402
from orders.states import Status  # noqa: E402

NAMES = ("amal", "basim", "chief")
ROLES = ("agent", "clerk", "supervisor")
PASSWORD = "moto-office-demo"


def serve(wire: Connection) -> None:
    """Do one job after another; each is answered with what came of it."""
    while True:
        try:
            job = Job(**wire.recv())
        except EOFError:
            return
        try:
            said = ACTS[job.act](job)
        except (Conflict, Refused) as refusal:
            said = f"refused: {refusal.code}"
        except OperationalError:
            said = "database busy"
            close_old_connections()
        except Exception:  # noqa: BLE001  whatever it is, the run shall report it
            said = f"error: {traceback.format_exc()}"
        wire.send(said)


def prepare(_job: Job) -> str:
    """The people of the run, and a stored card for each customer."""
    for name, role in zip(NAMES, ROLES, strict=True):
        staff = Staff.objects.create_user(username=name, password=PASSWORD)
        staff.groups.add(Group.objects.get(name=role))
    consent = NewConsent(script_version="1", language="en", given_by="Call 1", purpose="Later")
    for number in range(CUSTOMERS):
        placed = place.place_order(
            actor=_staff(0),
            form_key=key("card", number),
            new_order=NewOrder(
                source="phone",
                customer=NewCustomer(name=f"Customer {number}", email=f"c{number}@example.com"),
                amount_minor=1000,
                currency="AED",
            ),
            consent=consent,
        )
        _type_and_charge(placed.operation, _staff(0), CARDS["good"])
    return f"{StoredCard.objects.count()} cards"


def press(job: Job) -> str:
    """Somebody presses Charge, for the first time or again."""
    operation = _place(job)
    if job.card and operation.status == Status.PREPARED:
        operation = _type_and_charge(operation, _staff(job.staff), job.card)
    if job.marks_paid:
        paid.mark_paid(actor=_staff(job.staff), order=operation.order)
    return operation.status


def leave(job: Job) -> str:
    """The order is taken, but the caller hangs up before the card is typed."""
    return _place(job).status


def rival(job: Job) -> str:
    """A colleague charges the same order at the same time."""
    order = _wait_for(job)
    operation = order.operations.last()
    if operation.status == Status.PREPARED and operation.token_name:
        return charge.charge(actor=_staff(job.staff), operation=operation).status
    return again(job)


def again(job: Job) -> str:
    """Another try, with a card that is good."""
    placed = place.prepare_charge(
        actor=_staff(job.staff),
        form_key=job.form_key,
        order=Order.objects.get(reference=job.reference),
        stored_card=_card(job),
    )
    return charge.proceed(placed).status


def follow(job: Job) -> str:
    """A supervisor captures, voids or refunds what is confirmed."""
    order = Order.objects.get(reference=job.reference)
    acts = {"form_key": job.form_key, "actor": _staff(2), "order": order, "reason": "bench"}
    if order.status == "reserved" and job.number % 2:
        return follow_up.void(**acts).status
    if order.status == "reserved":
        return follow_up.capture(amount_minor=order.amount_minor, **acts).status
    return follow_up.refund(
        amount_minor=max(1000, order.amount_minor // 2000 * 1000), **acts
    ).status


ACTS = {
    "prepare": prepare,
    "press": press,
    "leave": leave,
    "rival": rival,
    "again": again,
    "follow": follow,
}


def _place(job: Job) -> Operation:
    new_order = NewOrder(
        source="phone",
        customer=Customer.objects.order_by("id")[job.customer],
        amount_minor=job.amount_minor,
        currency=job.currency,
        wants=job.wants,
        reference=job.reference,
    )
    stored_card = None if job.card else _card(job)
    return charge.proceed(
        place.place_order(
            actor=_staff(job.staff),
            form_key=job.form_key,
            new_order=new_order,
            stored_card=stored_card,
        )
    )


def _type_and_charge(operation: Operation, staff: Staff, number: str) -> Operation:
    """Post the card to the gateway as a browser does, follow the way back, and charge."""
    if not operation.token_name:
        form = card_entry.card_form(operation, language="en")
        fields = form.fields | {"card_number": number, "expiry_date": "3005"}
        if form.needs_cvv:
            fields["card_security_code"] = "123"
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(form.action, body, timeout=20) as answer:
            page = answer.read().decode()
        pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
        operation = card_entry.receive_card([(name, html.unescape(text)) for name, text in pairs])
    return charge.charge(actor=staff, operation=operation)


def _wait_for(job: Job, seconds: float = 1.5) -> Order:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if order := Order.objects.filter(reference=job.reference).first():
            return order
        time.sleep(0.02)
    raise Refused("no_order", "The colleague never took the order.")


def _staff(number: int) -> Staff:
    return Staff.objects.get(username=NAMES[number])


def _card(job: Job) -> StoredCard:
    return StoredCard.objects.filter(customer__name=f"Customer {job.customer}").latest("id")
