"""Events read as sentences: who did what, when, and why."""

import re
from itertools import product
from pathlib import Path

import pytest

from orders.models import Event
from orders.services import audit
from orders.services.happenings import HAPPENINGS
from orders.services.timeline import timeline
from orders.states import ARROWS, CHARGES, Kind, Status
from tests.factories import OrderFactory, StaffFactory

SERVICES = Path(audit.__file__).parent
ALWAYS_POSSIBLE = {Status.SENDING, *ARROWS[Status.SENDING], *ARROWS[Status.UNKNOWN]}
FOR_CHARGES = {Status.PREPARED, Status.EXPIRED, Status.DUPLICATE}


@pytest.mark.django_db
def test_an_approved_charge_names_the_money_the_card_and_the_gateway() -> None:
    event = Event(
        kind="purchase_approved",
        actor_name="Layla",
        data={
            "amount_minor": 250_500,
            "currency": "KWD",
            "card": "Visa •••• 1111",
            "response_code": "14000",
            "merchant_reference": "MO-10001-1",
            "evidence": "reply",
        },
    )
    [entry] = timeline([event])
    assert str(entry.title) == "Charge confirmed by the gateway"
    assert entry.who == "Gateway, in its answer"
    assert entry.details == [
        "KWD 250.500",
        "Visa •••• 1111",
        "Charged (14000)",
        "MO-10001-1",
    ]
    assert entry.mood == "good"


def test_a_payment_outside_the_gateway_says_how_which_and_when() -> None:
    data = {
        "amount_minor": 250_500,
        "currency": "KWD",
        "method": "cheque",
        "outside_reference": "CHQ 4711",
        "received_on": "2026-11-20",
        "beside": ["MO-10001-1"],
    }
    [entry] = timeline([Event(kind="outside_payment_recorded", actor_name="Layla", data=data)])
    assert str(entry.title) == "Recorded as paid outside the gateway"
    assert (entry.who, entry.mood) == ("Layla", "")
    assert entry.details == [
        "KWD 250.500",
        "Paid by cheque: \u2068CHQ 4711\u2069",
        "Received on \u20662026-11-20\u2069",
        "Beside MO-10001-1",
    ]


@pytest.mark.parametrize(
    ("kind", "evidence", "who"),
    [
        ("purchase_approved", "feedback", "Gateway, by feedback"),
        ("purchase_approved", "check", "Gateway, when asked"),
        ("purchase_released", "person", "Layla"),
        ("card_received", "", "Gateway, after the card's form"),
    ],
)
def test_evidence_speaks_for_whoever_gave_it(kind: str, evidence: str, who: str) -> None:
    [entry] = timeline([Event(kind=kind, actor_name="Layla", data={"evidence": evidence})])
    assert entry.who == who


@pytest.mark.django_db
def test_what_a_person_did_carries_their_name_and_reason() -> None:
    layla = StaffFactory(last_name="Haddad")
    event = audit.record(OrderFactory(), "marked_paid", actor=layla, reason="Receipt seen")
    [entry] = timeline([event])
    assert (entry.who, entry.reason) == ("Layla Haddad", "Receipt seen")


@pytest.mark.django_db
def test_what_nobody_did_is_the_systems() -> None:
    [entry] = timeline([audit.record(OrderFactory(), "purchase_expired")])
    assert entry.who == "System"


def test_every_state_an_operation_can_reach_has_a_sentence() -> None:
    wanted = {f"{kind}_{status}" for kind, status in product(Kind, ALWAYS_POSSIBLE)}
    wanted |= {f"{kind}_{status}" for kind, status in product(CHARGES, FOR_CHARGES)}
    wanted |= {"authorization_voided", "authorization_lapsed"}
    assert wanted <= HAPPENINGS.keys()


def test_every_event_the_services_record_has_a_sentence() -> None:
    source = "".join(path.read_text() for path in SERVICES.glob("*.py"))
    recorded = set(re.findall(r'audit\.record\(\s*\w+,\s*"(\w+)"', source))
    assert "order_taken" in recorded
    assert recorded <= HAPPENINGS.keys()


@pytest.mark.django_db
def test_an_event_of_a_later_version_is_still_shown() -> None:
    [entry] = timeline([audit.record(OrderFactory(), "letter_printed")])
    assert entry.title == "Letter printed"
