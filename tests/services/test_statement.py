from dataclasses import replace

import pytest

from orders.gateway import Feedback, Outcome, Reply, StatusReply
from orders.models import Evidence, Operation
from orders.services import evidence
from orders.services.statement import Statement
from orders.states import Status
from tests.factories import OperationFactory

FORT_ID = "169996200000000001"


def reply(**changes: object) -> Reply:
    """A signed approval in answer to a purchase."""
    values: dict[str, object] = {
        "command": "PURCHASE",
        "outcome": Outcome.APPROVED,
        "status": "14",
        "response_code": "14000",
        "fort_id": FORT_ID,
        "digest": "d" * 64,
    }
    return Reply(**(values | changes))  # type: ignore[arg-type]


def check(operation: Operation, **changes: object) -> Statement:
    """What CHECK_STATUS says of the purchase ``operation``."""
    values: dict[str, object] = {
        "command": "CHECK_STATUS",
        "outcome": Outcome.APPROVED,
        "fort_id": FORT_ID,
        "query_ok": True,
        "transaction_status": "14",
        "transaction_code": "14000",
    }
    answer = StatusReply(**(values | changes))  # type: ignore[arg-type]
    return Statement.of_check(operation, answer)


def feedback(operation: Operation, **changes: object) -> Statement:
    """What a notification says of the purchase ``operation``."""
    values: dict[str, object] = {
        "command": "PURCHASE",
        "outcome": Outcome.APPROVED,
        "fort_id": FORT_ID,
        "merchant_reference": operation.merchant_reference,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
    }
    told = Feedback(**(values | changes))  # type: ignore[arg-type]
    return Statement.of_feedback(operation, told)


@pytest.mark.parametrize(
    "name", ["response_message", "authorization_code", "acquirer_response_code", "payment_option"]
)
def test_a_success_with_a_text_too_long_to_keep_is_kept(db: None, name: str) -> None:
    operation = OperationFactory(sent=True)
    told = Statement.of_reply(operation, reply(**{name: "A" * 300}))
    settled = evidence.apply(operation=operation, statement=told)
    assert settled.status == Status.APPROVED
    assert set(getattr(settled, name)) == {"A"}


def test_a_success_with_a_character_no_database_keeps_is_kept(db: None) -> None:
    operation = OperationFactory(sent=True)
    said = {"response_message": "Succ\0ess"}
    told = Statement.of_reply(operation, reply(response_message="Succ\0ess", body=said))
    settled = evidence.apply(operation=operation, statement=told)
    assert (settled.status, settled.response_message) == (Status.APPROVED, "Success")
    assert Evidence.objects.get().body == {"response_message": "Success"}


def test_what_an_answer_says_of_another_charge_is_not_written(db: None) -> None:
    operation = OperationFactory(sent=True)
    other = reply(outcome=Outcome.UNKNOWN, problem="merchant_reference_differs")
    heard = evidence.apply(operation=operation, statement=Statement.of_reply(operation, other))
    assert (heard.status, heard.problem) == (Status.UNKNOWN, "merchant_reference_differs")
    assert (heard.fort_id, heard.response_code) == ("", "")


@pytest.mark.parametrize(("authorized", "captured"), [(None, None), (500, 500), (0, 500), (500, 0)])
def test_a_purchase_is_proven_by_whichever_total_the_gateway_fills(
    authorized: int | None, captured: int | None
) -> None:
    operation = Operation(kind="purchase", amount_minor=500, currency="AED")
    said = check(operation, authorized_minor=authorized, captured_minor=captured)
    assert said.outcome == Outcome.APPROVED


@pytest.mark.parametrize(("authorized", "captured"), [(501, 0), (0, 501), (0, 0), (501, 500)])
def test_a_charge_of_another_amount_proves_nothing(authorized: int, captured: int) -> None:
    operation = Operation(kind="purchase", amount_minor=500, currency="AED")
    said = check(operation, authorized_minor=authorized, captured_minor=captured)
    assert (said.outcome, said.reason, said.facts) == (Outcome.UNKNOWN, "amount_differs", {})


def test_feedback_about_another_card_proves_nothing() -> None:
    operation = Operation(kind="purchase", amount_minor=500, currency="AED", token_name="a" * 32)
    assert feedback(operation, token_name="a" * 32).outcome == Outcome.APPROVED
    assert feedback(operation).outcome == Outcome.APPROVED
    other = feedback(operation, token_name="b" * 32)
    assert (other.outcome, other.reason) == (Outcome.UNKNOWN, "token_name_differs")
    assert other.is_mismatch


def test_totals_are_those_of_a_verified_answer_to_a_question_that_succeeded(db: None) -> None:
    operation = OperationFactory(sent=True)
    told = check(operation, captured_minor=operation.amount_minor)
    assert told.totals is told.reply is not None
    assert replace(told, verified=False).totals is None
    assert check(operation, query_ok=False).totals is None
    assert feedback(operation).totals is None
