"""One message has one reading, or none."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.gateway import Merchant, NotTrusted, read_card_return, read_feedback, verify
from orders.gateway.strict import Misread, form_pairs, json_pairs, message_of, web_message_of
from tests.gateway.conftest import RETURN_URL, make_merchant
from tests.gateway.messages import CARD_RETURN, FEEDBACK, resplits

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


def test_flat_object_of_text_is_read() -> None:
    body = json.dumps({"status": "14", "response_message": "عملية ناجحة"}).encode()
    assert message_of(json_pairs(body)) == {"status": "14", "response_message": "عملية ناجحة"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"{} {}", "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b'{"a": "1"', "not_json"),
        (b"[" * 200_000, "not_json"),
        (b'{"a":' * 200_000, "not_json"),
        (b"\xff", "not_utf8"),
        (b"null", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"[]", "not_an_object"),
        (b'[{"a": "1"}]', "not_an_object"),
        (b'{"a": 1}', "not_text"),
        (b'{"a": NaN}', "not_text"),
        (b'{"a": Infinity}', "not_text"),
        (b'{"a": null}', "not_text"),
        (b'{"a": true}', "not_text"),
        (b'{"a": ["1"]}', "not_text"),
        (b'{"a": {"b": "1"}}', "not_text"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
    ],
)
def test_anything_but_one_flat_object_of_text_is_misread(body: bytes, reason: str) -> None:
    with pytest.raises(Misread, match=reason):
        json_pairs(body)


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([("status", "14"), ("status", "14")], "duplicate_name"),
        ([("Status", "14")], "name_format"),
        ([("status[]", "14")], "name_format"),
        ([("", "14")], "name_format"),
        ([("status\n", "14")], "name_format"),
        ([("x" * 51, "14")], "name_format"),
        ([("status", "١٤")], "status_format"),
        ([("status", "14\n")], "status_format"),
        ([("response_code", "1400")], "response_code_format"),
        ([("amount", "-1")], "amount_format"),
        ([("amount", "12345678901")], "amount_format"),
        ([("fort_id", "12.5")], "fort_id_format"),
        ([("order_description", "1status=14")], "equals_sign"),
        ([("response_message", "\ud800")], "text_format"),
    ],
)
def test_second_reading_is_refused(pairs: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(Misread, match=reason):
        message_of(pairs)


def test_empty_value_is_kept_as_received() -> None:
    assert message_of([("fort_id", ""), ("new_name", "")]) == {"fort_id": "", "new_name": ""}


@pytest.mark.parametrize("body", [b"status", b"a=%ff", b"\xff=1", b"&".join([b"a=1"] * 81)])
def test_odd_form_is_misread(body: bytes) -> None:
    with pytest.raises(Misread):
        form_pairs(body)


def test_form_is_decoded_before_it_is_hashed() -> None:
    assert form_pairs(b"response_message=a+%D8%B9&status=") == [
        ("response_message", "a ع"),
        ("status", ""),
    ]


def test_too_many_fields_are_misread() -> None:
    with pytest.raises(Misread, match="too_many_fields"):
        web_message_of([(f"f{number}", "") for number in range(81)], names=set())


@pytest.mark.parametrize("message", [CARD_RETURN, FEEDBACK], ids=["card return", "feedback"])
def test_resplits_fool_the_signature_alone(message: dict[str, str], merchant: Merchant) -> None:
    cut = list(resplits(message))
    assert len(cut) > 90
    for other in cut:
        assert verify(other, phrases=merchant.response_phrases, sha_type="sha256")


def test_every_resplit_of_a_card_return_is_refused(merchant: Merchant) -> None:
    read_card_return(merchant, list(CARD_RETURN.items()), return_url=RETURN_URL)
    for other in resplits(CARD_RETURN):
        with pytest.raises(NotTrusted):
            read_card_return(merchant, list(other.items()), return_url=RETURN_URL)


@pytest.mark.parametrize("kind", [JSON_TYPE, FORM_TYPE])
def test_every_resplit_of_a_feedback_is_refused(merchant: Merchant, kind: str) -> None:
    write = urlencode if kind == FORM_TYPE else json.dumps
    read_feedback(merchant, write(FEEDBACK).encode(), kind)
    for other in resplits(FEEDBACK):
        with pytest.raises(NotTrusted):
            read_feedback(merchant, write(other).encode(), kind)


@given(st.binary(max_size=200), st.sampled_from([JSON_TYPE, FORM_TYPE, ""]))
def test_no_bytes_are_feedback_by_chance(body: bytes, kind: str) -> None:
    with pytest.raises(NotTrusted):
        read_feedback(make_merchant(), body, kind)


@given(st.data())
def test_spoiled_feedback_is_not_trusted(data: st.DataObject) -> None:
    body = bytearray(json.dumps(FEEDBACK).encode())
    place = data.draw(st.integers(0, len(body) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != body[place]))
    was_letter_case = chr(byte).lower() == chr(body[place]).lower()
    body[place] = byte
    if was_letter_case or json_equal(bytes(body), FEEDBACK):
        return
    with pytest.raises(NotTrusted):
        read_feedback(make_merchant(), bytes(body), JSON_TYPE)


def json_equal(body: bytes, message: dict[str, str]) -> bool:
    """Whether the bytes still say the same, as with another kind of blank between two pairs."""
    try:
        return bool(json.loads(body) == message)
    except ValueError:
        return False
