"""The stand-in's reading of the signature rule, pinned to published and computed vectors."""

import json
from pathlib import Path

import pytest

from orders.sandbox.signing import SHA_TYPES, UNSIGNED_ON_THE_PAGE, is_signed, signature_of

VECTORS = [
    vector
    for vector in json.loads((Path(__file__).parent / "signature_vectors.json").read_text())
    if vector["sha"] in SHA_TYPES
]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_a_message_is_signed_as_the_published_samples_are(vector: dict) -> None:
    assert signature_of(vector["params"], vector["phrase"], vector["sha"]) == vector["digest"]


def test_all_vectors_of_the_two_offered_hashes_are_here() -> None:
    assert len(VECTORS) == 35


def test_a_signature_may_be_written_in_capitals() -> None:
    message = {"command": "PURCHASE"}
    message["signature"] = signature_of(message, "phrase").upper()
    assert is_signed(message, "phrase")


@pytest.mark.parametrize("signature", ["", "0" * 64, "é"])
def test_any_other_signature_is_wrong(signature: str) -> None:
    assert not is_signed({"command": "PURCHASE", "signature": signature}, "phrase")


def test_a_message_without_signature_is_not_signed() -> None:
    assert not is_signed({"command": "PURCHASE"}, "phrase")


def test_card_fields_of_the_browser_are_outside_the_signature() -> None:
    message = {"service_command": "TOKENIZATION", "signature": ""}
    message["signature"] = signature_of(message, "phrase")
    with_card = message | dict.fromkeys(UNSIGNED_ON_THE_PAGE, "1")
    assert is_signed(with_card, "phrase", leave_out=UNSIGNED_ON_THE_PAGE)
    assert not is_signed(with_card, "phrase")
