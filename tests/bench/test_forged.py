"""The forger's bench in its short form, and that it would notice."""

from random import Random
from urllib.parse import parse_qsl

import pytest

from bench.forged import RETURN_URL, TARGETS, read, tally
from bench.forged_http import flood
from bench.forgeries import KINDS, Forgery, forgeries
from bench.true_messages import ACCOUNT, card_return, feedback, resplits
from orders.sandbox.signing import is_signed

KNOWN_PHRASE = {"APS_SHA_RESPONSE_PHRASE": "secret", "SANDBOX_RESPONSE_PHRASE": "secret"}


def test_nothing_that_is_forged_passes_the_verifier() -> None:
    found = tally(20261122, 3_000, 0)
    assert found.accepted == []
    assert set(found.tried) > set(KINDS)


def test_a_seed_replays() -> None:
    first, again, other = (
        list(forgeries(TARGETS, RETURN_URL, Random(seed), 200)) for seed in (7, 7, 8)
    )
    assert first == again != other


def test_what_is_bent_here_would_pass_if_it_were_left_alone() -> None:
    chance = Random(7)
    for door, true in (
        ("feedback", feedback(TARGETS[0], chance)),
        ("card return", card_return(TARGETS[0], chance, RETURN_URL)),
    ):
        body = "&".join(f"{name}={text}" for name, text in true.items()).encode()
        assert read(Forgery("true", door, body, "application/x-www-form-urlencoded", true))


def test_every_cut_carries_the_signature_of_the_true_message() -> None:
    true = feedback(TARGETS[0], Random(7))
    others = list(resplits(true))
    carrying = [one for one in others if is_signed(one, ACCOUNT.response_phrase)]
    assert len(carrying) > 100
    assert all(one != true for one in others)


def test_a_verifier_that_reads_loosely_is_caught() -> None:
    def loose(forgery: Forgery) -> object:
        message = dict(parse_qsl(forgery.body.decode("utf-8", "replace"), keep_blank_values=True))
        return message if is_signed(message, ACCOUNT.response_phrase) else read(forgery)

    accepted = tally(20261122, 2_000, 0, loose).accepted
    assert any(one.startswith("cut up anew") for one in accepted)
    assert any(one.startswith("parameter repeated") for one in accepted)


@pytest.mark.parametrize(
    ("phrase", "number", "is_clean"), [({}, 120, True), (KNOWN_PHRASE, 250, False)]
)
def test_over_http_nothing_changes_unless_the_phrase_is_known(
    phrase: dict[str, str], number: int, is_clean: bool
) -> None:
    result = flood(20261122, number, phrase)
    assert result.is_clean is is_clean, result.table()
    assert bool(result.accepted) is bool(result.changed) is not is_clean
