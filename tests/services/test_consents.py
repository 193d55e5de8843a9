"""What is read, how it is answered, and the proof of both."""

from datetime import date

import pytest
from django.utils import translation

from orders.models import Consent, Event, Operation, Staff, StoredCard
from orders.purposes import Purpose
from orders.sandbox.server import Sandbox
from orders.services import charge, consents, place, resolve
from orders.services.new_order import NewConsent
from tests import steps
from tests.factories import ConsentFactory


def answer(**changes: object) -> NewConsent:
    given: dict[str, object] = {
        "script_version": "2026-12",
        "language": "en",
        "given_by": "Phone 4711",
        "purpose_code": Purpose.REGULAR,
        "purpose": "Water",
        "currency": "KWD",
        "ceiling_per_charge_minor": 25_000,
        "ceiling_per_month_minor": 60_500,
        "ends_on": date(2030, 5, 31),
    }
    return NewConsent(**(given | changes))  # type: ignore[arg-type]


def charged_with(agent: Staff, consent: NewConsent) -> Operation:
    """A new card's charge, with the customer's answer."""
    placed = place.place_order(
        actor=agent, form_key=place.new_form_key(), new_order=steps.wanted(), consent=consent
    )
    return charge.charge(actor=agent, operation=steps.enter_card(placed.operation))


def test_a_yes_keeps_the_card_and_every_word_of_it(agent: Staff, gateway: Sandbox) -> None:
    operation = charged_with(agent, answer())
    consent = StoredCard.objects.get().consent
    assert consent.words == (
        "May we keep your card with our payment provider? We never see its number, and you can "
        "withdraw this at any time. We charge it for orders you place with us and, without asking "
        "you each time, for your regular deliveries and refills. That is for: Water. No charge "
        "will be more than KWD 25.000. The charges of a month will not add up to more than KWD "
        "60.500. Your permission ends on 31 May 2030. Do you agree?"
    )
    assert (consent.agent, consent.given_by, consent.currency) == (agent, "Phone 4711", "KWD")
    event = operation.order.events.get(kind="consent_given")
    assert (event.actor, event.data["ceiling_per_month_minor"]) == (agent, 60_500)
    assert event.data["ends_on"] == "2030-05-31"


def test_a_no_is_told_and_keeps_nothing(agent: Staff, gateway: Sandbox) -> None:
    operation = charged_with(agent, answer(is_given=False))
    assert not StoredCard.objects.exists()
    assert not Consent.objects.exists()
    event = operation.order.events.get(kind="consent_refused")
    assert (event.data["script_version"], event.data["given_by"]) == ("2026-12", "Phone 4711")
    resolve.once()
    operation.refresh_from_db()
    assert operation.token_retired_at is not None
    assert gateway.requests[-1]["parameters"]["token_status"] == "INACTIVE"


def test_nobody_was_asked_where_nobody_was_asked(agent: Staff, gateway: Sandbox) -> None:
    steps.charge_new(agent)
    assert not Event.objects.filter(kind__startswith="consent").exists()


@pytest.mark.parametrize("reader", ["en", "ar"])
def test_the_words_are_in_the_customers_language_whatever_the_readers(reader: str) -> None:
    with translation.override(reader):
        said = consents.words(answer(language="ar"))
        assert "هل توافقون؟" in said
        assert "مايو" in said  # the month of the last day
        assert consents.words(answer()).endswith("31 May 2030. Do you agree?")
        assert translation.get_language() == reader


def test_what_is_not_agreed_is_not_read() -> None:
    bare = {"purpose": "", "currency": "", "ends_on": None}
    ceilings = {"ceiling_per_charge_minor": None, "ceiling_per_month_minor": None}
    said = consents.words(answer(**bare, **ceilings))
    assert "more than" not in said
    assert "{}" not in said
    assert said.endswith("refills. Do you agree?")


def test_an_older_consent_says_what_its_version_said(db: None) -> None:
    assert consents.words_of(ConsentFactory()).startswith("May we keep your card with our payment")
    assert "يمكنكم سحب" in consents.words_of(ConsentFactory(language="ar"))
    assert consents.words_of(ConsentFactory(script_version="1")) == ""


def test_words_once_kept_are_shown_whatever_the_version_says_now(db: None) -> None:
    consent = ConsentFactory(script_version="2026-12", words="As it was read then.")
    assert consents.words_of(consent) == "As it was read then."
