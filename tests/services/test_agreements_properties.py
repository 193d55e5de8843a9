"""Whatever is charged, by whom and when: nothing passes that the consent does not cover.

The ceilings are kept here a second time, by plain sums over what the story charged.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from orders import clock
from orders.errors import Refused
from orders.gateway import Outcome
from orders.models import Consent, Operation, Staff
from orders.purposes import STARTS, Initiator, Purpose
from orders.services import evidence
from orders.states import Status
from tests import steps
from tests.factories import ConsentFactory
from tests.services.said import said

START = datetime(2026, 10, 20, 9, tzinfo=UTC)
OFFICE_AHEAD = timedelta(hours=4)  # Dubai
STORIES, CHARGES = 12, 25
NOT_COUNTED = {Status.DECLINED, Status.NOT_CHARGED, Status.EXPIRED, Status.VOIDED}
OUTCOMES = [Outcome.APPROVED, Outcome.APPROVED, Outcome.DECLINED, Outcome.UNKNOWN]


def a_consent(chance: Random) -> Consent:
    per_charge = chance.choice([None, chance.randrange(1_000, 9_000)])
    per_month = chance.choice([None, chance.randrange(9_000, 30_000)])
    consent: Consent = ConsentFactory(
        purpose_code=chance.choice(["", *Purpose.values]),
        currency=chance.choice(["AED", "AED", "AED", "USD"]),
        ceiling_per_charge_minor=per_charge,
        ceiling_per_month_minor=per_month,
        ends_on=chance.choice([None, date(2026, 11, chance.randrange(1, 29))]),
    )
    return consent


def is_covered(consent: Consent, by: str, amount_minor: int, moment: datetime) -> bool:
    """By the words of the issue: ceiling per charge, per month, end date, purpose."""
    day = (moment + OFFICE_AHEAD).date()
    has_ceiling = consent.ceiling_per_charge_minor or consent.ceiling_per_month_minor
    spent = sum(
        one.amount_minor
        for one in Operation.objects.filter(stored_card=consent.card)
        if one.status not in NOT_COUNTED
        and (one.submitted_at + OFFICE_AHEAD).date().replace(day=1) == day.replace(day=1)
    )
    return (
        by in STARTS[consent.purpose_code]
        and (consent.ends_on is None or day <= consent.ends_on)
        and not (has_ceiling and consent.currency != "AED")
        and amount_minor <= (consent.ceiling_per_charge_minor or amount_minor)
        and spent + amount_minor <= (consent.ceiling_per_month_minor or spent + amount_minor)
    )


@pytest.mark.parametrize("seed", range(STORIES))
def test_a_charge_passes_exactly_when_the_consent_covers_it(agent: Staff, seed: int) -> None:
    chance = Random(seed)
    consent, moment, passed = a_consent(chance), START, 0
    for number in range(CHARGES):
        moment += timedelta(hours=chance.randrange(2, 60))
        # Never the same amount twice within a day: that is the near-duplicates' story.
        amount_minor = chance.randrange(10, 90) * 100 + number
        by = chance.choice([Initiator.MERCHANT, Initiator.CUSTOMER])
        with clock.at(moment):
            covered = is_covered(consent, by, amount_minor, moment)
            made = tried(agent, consent, by, amount_minor)
            assert (made is not None) == covered, (seed, number)
            if made:
                evidence.apply(operation=made, statement=said(chance.choice(OUTCOMES)))
                passed += 1
    told = f"{seed}: {passed} of {CHARGES}"
    assert passed or consent.purpose_code != Purpose.REGULAR or consent.currency != "AED", told


def tried(agent: Staff, consent: Consent, by: str, amount_minor: int) -> Operation | None:
    """The charge as it was claimed, ``None`` where it was refused."""
    try:
        placed = steps.place_stored(agent, consent.card, initiated_by=by, amount_minor=amount_minor)
    except Refused:
        return None
    return placed.operation
