"""The search for card numbers in its short form, and that it would find them."""

import base64
import json
import os
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
import requests

from bench.card_numbers import Search, look, search, wrong
from bench.card_spellings import SPELLINGS, card_numbers, found_in
from bench.entry_points import WAYS, addresses, request
from bench.faults.ledgers import Database
from orders.cards import holds_card_number, passes_luhn

CARDS = card_numbers(20, Random(7))
every_spelling = pytest.mark.parametrize("spelling", SPELLINGS)


def test_nothing_of_a_card_number_stays() -> None:
    environment = dict(os.environ)
    result = look(20, 4, 20261122)
    assert result.is_clean, result.table()
    assert result.sent == 4 * len(SPELLINGS)
    assert dict(os.environ) == environment


def test_the_numbers_are_cards_to_everybody_and_the_control_to_nobody() -> None:
    assert len(set(CARDS)) == 20
    assert all(passes_luhn(number) and holds_card_number(number) for number in CARDS)
    assert not any(holds_card_number(wrong(number)) for number in CARDS)


@every_spelling
def test_a_number_is_found_in_every_spelling_and_wrapping(spelling: str) -> None:
    text = SPELLINGS[spelling](CARDS[0])
    wrappings = [
        text.encode(),
        json.dumps({"note": text}).encode(),
        str({"note": text}).encode(),
        ascii({"note": text}).encode(),
        text.encode().decode("latin-1").encode(),
        b"\x00\xff" + text.encode() + b"\x00",
    ]
    assert [found_in(data, CARDS) for data in wrappings] == [[CARDS[0]]] * len(wrappings)


@every_spelling
def test_every_way_in_carries_the_number(spelling: str) -> None:
    text = SPELLINGS[spelling](CARDS[0])
    for way in WAYS:
        path, parts = request("/orders/MO-10001/", way, text, 0)
        sent = requests.Request(url=f"http://127.0.0.1{path}", **parts).prepare()
        headers = b"".join(
            value if isinstance(value, bytes) else value.encode() for value in sent.headers.values()
        )
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
        assert found_in(b"".join([sent.url.encode(), headers, body]), CARDS[:1]), way


def test_every_address_of_the_office_is_known() -> None:
    known = set(addresses())
    assert {"/", "/orders/new/", "/orders/MO-10001/charge/", "/gateway/feedback/"} <= known
    assert {"/admin/orders/customer/1/change/", "/accounts/login/", "/admin/orders/"} <= known
    assert not [path for path in known if set(path) & set("<>()^$?")]


@pytest.mark.parametrize("place", ["row", "session", "cache", "file"])
def test_a_number_that_stayed_is_found(tmp_path: Path, place: str) -> None:
    text, file = SPELLINGS["Persian"](CARDS[3]), tmp_path / "office.sqlite3"
    session = base64.urlsafe_b64encode(zlib.compress(text.encode())).decode().rstrip("=")
    rows = {
        "row": ("orders_customer", text),
        "session": ("django_session", f".{session}:1abc:signature"),
        "cache": ("office_cache", base64.b64encode(text.encode()).decode()),
    }
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE orders_customer (name)")
        database.execute("CREATE TABLE django_session (session_data)")
        database.execute("CREATE TABLE office_cache (value)")
        if place in rows:
            table, value = rows[place]
            database.execute(f"INSERT INTO {table} VALUES (?)", [value])
        database.commit()
    if place == "file":
        (tmp_path / "log").write_text(f"a line\nsaid {text}\n", encoding="utf-8")
    result = Search("SQLite", 7, control={"tables", "files"})
    search(Database(f"sqlite:///{file}"), tmp_path, None, CARDS, result)
    assert result.hits
    assert all(CARDS[3] in hit for hit in result.hits)
    assert not result.is_clean


def test_a_search_that_is_blind_is_a_failure() -> None:
    assert Search("SQLite", 7, control={"tables", "files"}).is_clean
    assert not Search("SQLite", 7, control={"tables"}).is_clean


def test_a_door_that_refuses_ordinary_references_is_a_failure() -> None:
    assert not Search("SQLite", 7, control={"tables", "files"}, references=20).is_clean
