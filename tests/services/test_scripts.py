"""The scripts are records: what a version says never changes."""

import hashlib
import json
import re
from dataclasses import asdict

import pytest
from django.conf import settings

from orders.purposes import Purpose
from orders.services.scripts import PRESENT, SCRIPTS

# Another word needs another version: what was agreed to must be provable for years.
SEALED = {
    "2026-11": "607be500be6706bf",
    "2026-12": "a59c5bafab80bf79",
}


@pytest.mark.parametrize("version", SCRIPTS)
def test_the_words_of_a_version_never_change(version: str) -> None:
    said = {language: asdict(script) for language, script in SCRIPTS[version].items()}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == SEALED[version]


def test_no_version_is_ever_taken_out() -> None:
    assert set(SEALED) <= set(SCRIPTS)


@pytest.mark.parametrize("version", SCRIPTS)
def test_a_version_is_a_month_and_has_both_languages(version: str) -> None:
    assert re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", version)
    assert set(SCRIPTS[version]) == {code for code, _name in settings.LANGUAGES}


def test_the_present_version_has_words_for_every_purpose() -> None:
    for script in SCRIPTS[PRESENT].values():
        assert set(script.purposes) == set(Purpose)
        lines = (script.words, script.per_charge, script.per_month, script.ends_on)
        assert all(line.count("{}") == 1 for line in lines)
