import re

import pytest
from django.utils import translation

from orders.services import consents


def test_the_script_asks_and_says_it_can_be_withdrawn() -> None:
    said = consents.script("en")
    assert said.startswith("May we keep your card")
    assert "withdraw" in said


@pytest.mark.parametrize("reader", ["en", "ar"])
def test_the_script_is_in_the_customers_language_whatever_the_readers(reader: str) -> None:
    with translation.override(reader):
        assert consents.script("en").startswith("May we keep your card")
        assert translation.get_language() == reader


def test_the_version_is_a_month_and_fits_its_column() -> None:
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", consents.SCRIPT_VERSION)


def test_the_sentence_of_a_version_never_changes() -> None:
    """Another sentence needs another version: what was agreed to must be provable for years."""
    assert consents.SCRIPT_VERSION == "2026-11"
    assert consents.script("en") == (
        "May we keep your card with our payment provider for orders you place with us? "
        "We never see its number, and you can withdraw this at any time."
    )
