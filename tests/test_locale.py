"""Every word of the office has its Arabic: complete, with its placeholders, and compiled.

Reads the sources, the catalogue and the compiled file with nothing but Python, so that it tells the
truth on machines without gettext tools. ``make messages`` renews what it complains about.
"""

import re
from collections import Counter
from pathlib import Path

from tests import catalogue, sources_words

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "orders" / "locale" / "ar" / "LC_MESSAGES"
CATALOGUE = catalogue.read(FOLDER / "django.po")
SOURCES = [
    path
    for folder in ("motooffice", "orders", "templates")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".html", ".txt"}
]
PARTS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>")  # placeholders and elements
# Zero, one and two: Arabic says these numbers by the form of the noun.
SAID_BY_THE_NOUN = range(3)


def has_the_same_parts(entry: catalogue.Entry) -> bool:
    """Whether each form has what the English has; forms that say the number may lack it."""
    wanted = Counter(PARTS.findall(entry.plural or entry.msgid))
    lacks = [wanted - Counter(PARTS.findall(form)) for form in entry.forms]
    extras = [Counter(PARTS.findall(form)) - wanted for form in entry.forms]
    allowed = [int(bool(entry.plural) and number in SAID_BY_THE_NOUN) for number in range(6)]
    return not any(extras) and all(
        lack.total() <= most for lack, most in zip(lacks, allowed, strict=False)
    )


def test_every_word_of_the_sources_is_in_the_catalogue() -> None:
    said = {word: path.name for path in SOURCES for word in sources_words.of(path)}
    missing = {word: name for word, name in said.items() if word not in CATALOGUE}

    assert not missing, "run `make messages` and translate them"


def test_the_catalogue_holds_no_words_that_nobody_says() -> None:
    said = {word for path in SOURCES for word in sources_words.of(path)}

    assert not CATALOGUE.keys() - said, "run `make messages`"


def test_no_word_hides_in_an_f_string_where_gettext_cannot_see_it() -> None:
    hidden = {path.name: sources_words.in_f_strings(path) for path in SOURCES}

    assert not {name: words for name, words in hidden.items() if words}


def test_every_word_is_translated_and_the_translation_was_read() -> None:
    assert not [
        entry
        for entry in CATALOGUE.values()
        if entry.is_fuzzy or not all(map(str.strip, entry.forms))
    ]


def test_every_counted_word_has_all_six_forms_of_arabic() -> None:
    wanted = {word: 6 if entry.plural else 1 for word, entry in CATALOGUE.items()}

    assert {word: len(entry.forms) for word, entry in CATALOGUE.items()} == wanted


def test_a_translation_has_the_placeholders_and_elements_of_its_word() -> None:
    assert not [entry for entry in CATALOGUE.values() if not has_the_same_parts(entry)]


def test_the_compiled_file_says_what_the_catalogue_says() -> None:
    compiled = catalogue.compiled(FOLDER / "django.mo", CATALOGUE.values())

    assert compiled == {word: entry.forms for word, entry in CATALOGUE.items()}
    assert catalogue.size(FOLDER / "django.mo") == len(CATALOGUE) + 1  # and the header
