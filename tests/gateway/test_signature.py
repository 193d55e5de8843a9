"""The signature rule, pinned to APS's published examples and to two of its official SDKs."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.gateway.signature import CARD_FIELDS, sign, verify

VECTORS = json.loads((Path(__file__).parent / "aps_signature_vectors.json").read_text("utf-8"))
OFFERED = [vector for vector in VECTORS if vector["sha"] in {"sha256", "sha512"}]
NOT_OFFERED = [vector for vector in VECTORS if vector not in OFFERED]

names = st.from_regex(r"[a-z0-9_]{1,20}", fullmatch=True).filter(lambda name: name != "signature")
texts = st.text(st.characters(codec="utf-8"), max_size=30)
messages = st.dictionaries(names, texts, max_size=8)


@pytest.mark.parametrize("vector", OFFERED, ids=lambda vector: vector["id"])
def test_published_vector_is_reproduced(vector: dict[str, Any]) -> None:
    digest = sign(vector["params"], phrase=vector["phrase"], sha_type=vector["sha"])
    assert digest == vector["digest"]


@pytest.mark.parametrize("vector", OFFERED, ids=lambda vector: vector["id"])
def test_published_vector_verifies_in_either_case(vector: dict[str, Any]) -> None:
    for digest in (vector["digest"], vector["digest"].upper()):
        received = vector["params"] | {"signature": digest}
        assert verify(received, phrases=(vector["phrase"],), sha_type=vector["sha"])


def test_all_38_vectors_are_here() -> None:
    assert (len(OFFERED), len(NOT_OFFERED)) == (35, 3)


@pytest.mark.parametrize("vector", NOT_OFFERED, ids=lambda vector: vector["id"])
def test_hmac_and_sha1_are_not_offered(vector: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not offered"):
        sign(vector["params"], phrase=vector["phrase"], sha_type=vector["sha"])


def test_card_fields_of_a_form_are_left_out() -> None:
    form = {"access_code": "abc", "service_command": "TOKENIZATION"}
    with_card = form | dict.fromkeys(CARD_FIELDS, "typed in the browser")
    assert sign(with_card, phrase="PASS", sha_type="sha256", without=CARD_FIELDS) == sign(
        form, phrase="PASS", sha_type="sha256"
    )


@given(messages, st.text(max_size=20).filter(str.isascii))
def test_signature_is_the_hash_of_sorted_pairs_between_phrases(
    message: dict[str, str], phrase: str
) -> None:
    text = phrase
    for name, value in sorted(message.items()):
        text += f"{name}={value}"
    expected = hashlib.sha512((text + phrase).encode()).hexdigest()
    assert sign(message, phrase=phrase, sha_type="sha512") == expected


@given(messages.filter(bool), st.data())
def test_any_changed_value_breaks_the_signature(
    message: dict[str, str], data: st.DataObject
) -> None:
    received = message | {"signature": sign(message, phrase="PASS", sha_type="sha256")}
    name = data.draw(st.sampled_from(sorted(message)))
    received[name] = received[name] + data.draw(texts.filter(bool))
    assert not verify(received, phrases=("PASS",), sha_type="sha256")


@given(messages)
def test_order_of_parameters_does_not_matter(message: dict[str, str]) -> None:
    backwards = dict(reversed(message.items()))
    assert sign(message, phrase="p", sha_type="sha256") == sign(
        backwards, phrase="p", sha_type="sha256"
    )


def test_unknown_parameter_counts_when_verifying() -> None:
    received = {"new_of_aps": "1", "status": "14"}
    received["signature"] = sign(received, phrase="PASS", sha_type="sha256")
    assert verify(received, phrases=("PASS",), sha_type="sha256")
    del received["new_of_aps"]
    assert not verify(received, phrases=("PASS",), sha_type="sha256")


def test_old_phrase_is_accepted_while_it_is_rotated() -> None:
    received = {"status": "14"}
    received["signature"] = sign(received, phrase="old", sha_type="sha256")
    assert verify(received, phrases=("new", "old"), sha_type="sha256")
    assert not verify(received, phrases=("new",), sha_type="sha256")


@pytest.mark.parametrize("given_", [None, 5, "", "ü", "\ud800", "0" * 64])
def test_missing_or_odd_signature_is_wrong(given_: object) -> None:
    message: dict[str, object] = {"status": "14", "signature": given_}
    assert not verify(message, phrases=("PASS", ""), sha_type="sha256")


def test_empty_phrase_verifies_nothing() -> None:
    received = {"status": "14"}
    received["signature"] = sign(received, phrase="", sha_type="sha256")
    assert not verify(received, phrases=("",), sha_type="sha256")
