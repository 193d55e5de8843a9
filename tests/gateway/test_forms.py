"""Card forms that the browser posts to the gateway, and what it brings back."""

import pytest

from orders.gateway import (
    CardReturn,
    Merchant,
    NotTrusted,
    Outcome,
    WouldBeRefused,
    create_token_form,
    read_card_return,
    tokenization_form,
)
from tests.gateway.conftest import RETURN_URL
from tests.gateway.messages import CARD_RETURN, FEEDBACK
from tests.gateway.scripted import signed

CARD_NAMES = {"card_number", "card_security_code", "expiry_date", "card_holder_name"}


def come_back(merchant: Merchant, **changes: str | None) -> CardReturn:
    message = {name: text for name, text in (CARD_RETURN | changes).items() if text is not None}
    return read_card_return(merchant, list(signed(message).items()), return_url=RETURN_URL)


def test_tokenization_form_is_signed_with_the_request_phrase(merchant: Merchant) -> None:
    form = tokenization_form(merchant, merchant_reference="MO-10482-1", return_url=RETURN_URL)
    assert (form.action, form.needs_cvv) == (merchant.page_url, True)
    assert form.fields == signed(
        {
            "service_command": "TOKENIZATION",
            "access_code": "demoAccessCode000001",
            "merchant_identifier": "MotoDemo",
            "merchant_reference": "MO-10482-1",
            "language": "en",
            "return_url": RETURN_URL,
        },
        "demo-request-phrase",
    )


def test_form_for_post_orders_needs_no_cvv(merchant: Merchant) -> None:
    form = create_token_form(
        merchant, merchant_reference="MO-10482-1", return_url=RETURN_URL, language="ar"
    )
    assert not form.needs_cvv
    assert (form.fields["service_command"], form.fields["language"]) == ("CREATE_TOKEN", "ar")
    assert not CARD_NAMES & set(form.fields)


def test_return_address_that_aps_would_refuse_is_refused(merchant: Merchant) -> None:
    with pytest.raises(WouldBeRefused, match="return_url_format"):
        tokenization_form(merchant, merchant_reference="MO-1", return_url="https://office/<x>")


def test_card_return_brings_the_token(merchant: Merchant) -> None:
    card = come_back(merchant)
    assert (card.outcome, card.command) == (Outcome.APPROVED, "TOKENIZATION")
    assert (card.merchant_reference, card.token_name) == ("MO-10482-1", CARD_RETURN["token_name"])
    assert (card.payment_option, card.last_four, card.expiry) == ("VISA", "0001", "3005")
    assert (card.response_code, card.message_code) == ("18000", "000")
    assert card.card_holder_name == "LAYLA HADDAD"
    assert "signature" not in card.body
    assert len(card.digest) == 64


def test_wholly_masked_card_is_known_by_its_token_alone(merchant: Merchant) -> None:
    card = come_back(merchant, card_number="*" * 16, expiry_date="****", card_bin=None)
    assert (card.payment_option, card.last_four, card.expiry) == ("", "", "")
    assert card.outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("status", "code"), [("18", "18062"), ("18", "18063"), ("52", "52062"), ("52", "52000")]
)
def test_each_documented_success_is_a_token(merchant: Merchant, status: str, code: str) -> None:
    command = "CREATE_TOKEN" if status == "52" else "TOKENIZATION"
    card = come_back(merchant, status=status, response_code=code, service_command=command)
    assert card.outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "17", "response_code": "17016", "token_name": None},
        {"status": "17", "response_code": "17006", "token_name": None},
        {"status": "00", "response_code": "00008", "token_name": None},
        {"token_name": None},
        {"token_name": ""},
        {"status": "14", "response_code": "14000"},
        {"response_code": "18999"},
    ],
)
def test_whatever_is_not_a_token_is_declined(
    merchant: Merchant, changes: dict[str, str | None]
) -> None:
    assert come_back(merchant, **changes).outcome is Outcome.DECLINED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service_command": "UPDATE_TOKEN"}, "not_a_card_return"),
        ({"service_command": None}, "not_a_card_return"),
        ({"merchant_reference": None}, "not_a_card_return"),
        ({"merchant_identifier": None}, "not_a_card_return"),
        ({"access_code": None}, "not_a_card_return"),
        ({"merchant_identifier": "Other"}, "merchant_identifier_differs"),
        ({"access_code": "other"}, "access_code_differs"),
        ({"return_url": RETURN_URL + "?a=b"}, "return_url_differs"),
        ({"command": "PURCHASE"}, "unknown_name"),
        ({"fort_id": "1"}, "unknown_name"),
        ({"card_number": "4005550000000001"}, "card_number_format"),
        ({"token_name": "٠١٢"}, "token_name_format"),
        ({"card_holder_name": "x=y"}, "equals_sign"),
        ({"card_holder_name": "x\x00y"}, "text_format"),
        ({"card_holder_name": "x" * 401}, "text_format"),
        ({"expiry_date": "305"}, "expiry_date_format"),
    ],
)
def test_signed_message_that_is_no_return_of_ours_is_not_trusted(
    merchant: Merchant, changes: dict[str, str | None], reason: str
) -> None:
    with pytest.raises(NotTrusted, match=reason) as caught:
        come_back(merchant, **changes)
    assert caught.value.sent is None


def test_forged_return_is_not_trusted(merchant: Merchant) -> None:
    forged = CARD_RETURN | {"token_name": "another"}
    with pytest.raises(NotTrusted, match="bad_signature"):
        read_card_return(merchant, list(forged.items()), return_url=RETURN_URL)


def test_return_to_another_address_is_not_trusted(merchant: Merchant) -> None:
    with pytest.raises(NotTrusted, match="return_url_differs"):
        read_card_return(merchant, list(CARD_RETURN.items()), return_url="https://other.example/")


def test_repeated_parameter_is_not_trusted(merchant: Merchant) -> None:
    pairs = [*CARD_RETURN.items(), ("token_name", CARD_RETURN["token_name"])]
    with pytest.raises(NotTrusted, match="duplicate_name"):
        read_card_return(merchant, pairs, return_url=RETURN_URL)


def test_our_own_form_posted_back_is_not_trusted(merchant: Merchant) -> None:
    form = tokenization_form(merchant, merchant_reference="MO-10482-1", return_url=RETURN_URL)
    with pytest.raises(NotTrusted, match="bad_signature"):
        read_card_return(merchant, list(form.fields.items()), return_url=RETURN_URL)


def test_feedback_posted_to_the_return_is_not_trusted(merchant: Merchant) -> None:
    with pytest.raises(NotTrusted, match="unknown_name"):
        read_card_return(merchant, list(FEEDBACK.items()), return_url=RETURN_URL)


@pytest.mark.parametrize(
    "pairs", [[], [("status", "\ud800")], [("response_message", "x" * 300_000)]]
)
def test_nonsense_is_not_trusted(merchant: Merchant, pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(NotTrusted):
        read_card_return(merchant, pairs, return_url=RETURN_URL)
