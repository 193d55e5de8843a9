"""The permission to keep a new card, as staff record it."""

from datetime import date

import pytest
from django.utils import translation

from orders import clock
from orders.forms.card_choice import CardChoiceForm
from orders.services import consents, place

pytestmark = pytest.mark.django_db


def form(**changes: str) -> CardChoiceForm:
    """A new card in KWD, kept for refills up to some amounts."""
    typed = {
        "form_key": place.new_form_key(),
        "card": "new",
        "keep_card": "on",
        "purpose_code": "regular",
        "purpose": "Water, contract 12",
        "script_language": "ar",
        "per_charge": "25",
        "per_month": "60.500",
        "ends_on": "2030-05-31",
        "answer": "yes",
    }
    return CardChoiceForm(typed | changes, order_currency="KWD")


def errors(**changes: str) -> dict[str, list[str]]:
    return dict(form(**changes).errors)


def test_a_yes_is_recorded_with_all_that_was_said() -> None:
    typed = form()
    assert typed.is_valid(), typed.errors
    consent = typed.consent("phone", "4711")
    assert consent is not None
    assert (consent.is_given, consent.language, consent.given_by) == (True, "ar", "Phone 4711")
    assert consent.script_version == consents.SCRIPT_VERSION
    assert (consent.purpose_code, consent.purpose) == ("regular", "Water, contract 12")
    assert (consent.currency, consent.ceiling_per_charge_minor) == ("KWD", 25_000)
    assert (consent.ceiling_per_month_minor, consent.ends_on) == (60_500, date(2030, 5, 31))


def test_a_no_is_recorded_and_needs_nothing_else() -> None:
    typed = form(answer="no", per_charge="what", purpose_code="")
    assert typed.is_valid(), typed.errors
    consent = typed.consent("post", "S-1")
    assert consent is not None
    assert (consent.is_given, consent.ceiling_per_charge_minor) == (False, None)


def test_unticked_nobody_was_asked() -> None:
    typed = form(keep_card="", answer="yes")
    assert typed.is_valid()
    assert typed.consent("phone", "") is None


def test_without_ceilings_no_currency_is_kept() -> None:
    typed = form(per_charge="", per_month="", ends_on="")
    assert typed.is_valid()
    consent = typed.consent("phone", "")
    assert consent is not None
    assert (consent.currency, consent.ceiling_per_month_minor, consent.ends_on) == ("", None, None)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"answer": ""}, "answer", "Read the words aloud"),
        ({"answer": "perhaps"}, "answer", "Select a valid choice"),
        ({"purpose_code": ""}, "purpose_code", "Choose what"),
        ({"purpose_code": "fun"}, "purpose_code", "Choose what"),
        ({"per_charge": "25.1234"}, "per_charge", "3 decimals"),
        ({"per_month": "-1"}, "per_month", "more than zero"),
        ({"per_month": "24.999"}, "per_month", "less than one charge"),
        ({"ends_on": "31.05.2030"}, "ends_on", "year-month-day"),
        ({"ends_on": "2020-01-01"}, "ends_on", "is over"),
    ],
)
def test_what_cannot_be_agreed_is_said_at_its_field(
    changes: dict[str, str], field: str, sentence: str
) -> None:
    found = errors(**changes)
    assert list(found) == [field]
    assert sentence in found[field][0]


def test_a_permission_may_end_today() -> None:
    assert not errors(ends_on=clock.now().date().isoformat())


def test_it_begins_unticked_unanswered_and_in_the_readers_language() -> None:
    with translation.override("ar"):
        fresh = CardChoiceForm()
    assert not fresh["keep_card"].value()
    assert not fresh["answer"].value()
    assert fresh["script_language"].value() == "ar"
    assert fresh["purpose_code"].value() == "orders"
