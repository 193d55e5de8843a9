"""What people do, through the services as the pages call them. Django is set up by ``worker``."""

import html
import os
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import Group
from django.test import override_settings

from bench.faults.plan import CARDS, CUSTOMERS, NO_LINE, SUPERVISORS, Job, key
from orders.errors import Refused
from orders.models import Customer, Operation, Order, Staff, StoredCard
from orders.services import card_entry, charge, paid, place, release, resend
from orders.services.near_duplicates import Confirmation, Warned
from orders.services.new_order import NewConsent, NewCustomer, NewOrder
from orders.states import Status

NAMES = ("amal", "basim", "chief", "deputy")
ROLES = ("agent", "clerk", "supervisor", "supervisor")
PASSWORD = "moto-office-demo"
NO_LINE_URL = "FAULTS_NO_LINE"


def prepare(_job: Job) -> str:
    """The people of the run, and a stored card for each customer."""
    for name, role in zip(NAMES, ROLES, strict=True):
        staff = Staff.objects.create_user(username=name, password=PASSWORD)
        staff.groups.add(Group.objects.get(name=role))
    consent = NewConsent(script_version="1", language="en", given_by="Call 1", purpose="Later")
    for number in range(CUSTOMERS):
        placed = place.place_order(
            actor=person(0),
            form_key=key("card", number),
            new_order=NewOrder(
                source="phone",
                customer=NewCustomer(name=f"Customer {number}", email=f"c{number}@example.com"),
                amount_minor=1000,
                currency="AED",
            ),
            consent=consent,
        )
        _type_and_charge(placed.operation, person(0), CARDS["good"])
    return f"{StoredCard.objects.count()} cards"


def press(job: Job) -> str:
    """Somebody presses Charge, for the first time or again."""
    with line_of(job):
        operation = _place(job)
        if job.card and operation.status == Status.PREPARED:
            operation = _type_and_charge(operation, person(job.staff), job.card)
    if job.marks_paid:
        paid.mark_paid(actor=person(job.staff), order=operation.order)
    return operation.status


def leave(job: Job) -> str:
    """The order is taken, but the caller hangs up before the card is typed."""
    return _place(job).status


def rival(job: Job) -> str:
    """A colleague charges the same order at the same time."""
    order = _wait_for(job)
    operation = order.operations.last()
    if operation.status == Status.PREPARED and operation.token_name:
        return _answering(charge.charge, actor=person(job.staff), operation=operation).status
    return again(job)


def again(job: Job) -> str:
    """Another try, with a card that is good."""
    placed = _answering(
        place.prepare_charge,
        actor=person(job.staff),
        form_key=job.form_key,
        order=Order.objects.get(reference=job.reference),
        stored_card=_card(job),
    )
    return charge.proceed(placed).status


def send_again(job: Job) -> str:
    """The charge that was not made is sent again, under its own reference."""
    return _answering(resend.resend, actor=person(job.staff), operation=_charge(job)).status


def let_go(job: Job) -> str:
    """Two supervisors let go of a charge that stays unknown."""
    first, second = SUPERVISORS
    return release.release(
        actor=person(first),
        second_person=person(second),
        operation=_charge(job),
        typed_reference=job.merchant_reference,
        reason="bench",
    ).status


ACTS: dict[str, Callable[[Job], str]] = {
    "prepare": prepare,
    "press": press,
    "leave": leave,
    "rival": rival,
    "again": again,
    "resend": send_again,
    "release": let_go,
}


def line_of(job: Job) -> "override_settings | nullcontext[None]":
    """The line to the gateway; for some jobs it leads to a port where nothing listens."""
    if job.fault != NO_LINE:
        return nullcontext()
    return override_settings(APS_API_URL=os.environ[NO_LINE_URL])


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
        _answering(
            place.place_order,
            actor=person(job.staff),
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
    return _answering(charge.charge, actor=staff, operation=operation)


def _answering(act: Callable[..., Any], **given: Any) -> Any:
    """Do it; asked about a charge that looks like it, say why, with a supervisor where one must."""
    while True:
        try:
            return act(**given)
        except Warned as warned:
            actor = person(2) if warned.needs_right else given["actor"]
            shown = given.get("confirmation", Confirmation("", frozenset())).seen
            answer = warned.answered("the customer orders often")
            given |= {"actor": actor, "confirmation": replace(answer, seen=answer.seen | shown)}


def _wait_for(job: Job, seconds: float = 1.5) -> Order:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if order := Order.objects.filter(reference=job.reference).first():
            return order
        time.sleep(0.02)
    raise Refused("no_order", "The colleague never took the order.")


def _charge(job: Job) -> Operation:
    return Operation.objects.get(merchant_reference=job.merchant_reference, parent=None)


def person(number: int) -> Staff:
    return Staff.objects.get(username=NAMES[number])


def _card(job: Job) -> StoredCard:
    return StoredCard.objects.filter(customer__name=f"Customer {job.customer}").latest("id")
