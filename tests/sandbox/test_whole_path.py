"""A card becomes a token, the token pays, and the gateway remembers."""

from tests.sandbox.merchant import RETURN_URL, Merchant


def test_a_card_becomes_a_token_that_pays_and_is_remembered(merchant: Merchant) -> None:
    form = merchant.form(merchant_reference="MO-10482-1")
    stored = merchant.store(form)
    assert (stored["response_code"], stored["status"]) == ("18000", "18")
    assert stored["return_url"] == RETURN_URL

    paid = merchant.pay(token_name=stored["token_name"], merchant_reference="MO-10482-1")
    assert (paid["response_code"], paid["card_number"]) == ("14000", "400555******0001")

    known = merchant.check("MO-10482-1")
    assert (known["response_code"], known["transaction_code"]) == ("12000", "14000")
    assert (known["captured_amount"], known["refunded_amount"]) == ("10000", "0")
    assert known["fort_id"] == paid["fort_id"]
    assert merchant.box.count("MO-10482-1", "PURCHASE") == 1
