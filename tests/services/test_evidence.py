from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Conflict
from orders.gateway import NoAnswer, NotSent, Outcome
from orders.models import Event, Evidence, Operation, Staff
from orders.services import ask, charge, evidence, place
from orders.services.statement import Statement
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory, StoredCardFactory

_numbers = iter(range(10**6))


def said(outcome: Outcome, *, fort_id: str = "169700000000000001", **changes: object) -> Statement:
    """A statement nobody heard before."""
    facts = {"fort_id": fort_id, "response_code": "14000"} if fort_id else {}
    values: dict[str, object] = {
        "source": Evidence.Source.FEEDBACK,
        "outcome": outcome,
        "verified": True,
        "digest": f"{next(_numbers):064d}",
        "facts": facts,
    }
    return Statement(**(values | changes))  # type: ignore[arg-type]


def hear(operation: Operation, statement: Statement) -> Operation:
    """The operation after the statement, with its order as it stands."""
    heard = evidence.apply(operation=operation, statement=statement)
    heard.order.refresh_from_db()
    return heard


def sent() -> Operation:
    """A charge whose request has left."""
    return OperationFactory(sent=True)


def test_an_approval_settles_charge_order_and_trail_at_once(db: None) -> None:
    operation = hear(sent(), said(Outcome.APPROVED))
    assert operation.status == Status.APPROVED
    assert operation.order.status == OrderStatus.CHARGED
    assert operation.order.captured_minor == operation.amount_minor
    assert Event.objects.get(order=operation.order).kind == "purchase_approved"
    assert Evidence.objects.get(operation=operation).outcome == "approved"


def test_a_refusal_is_final_for_this_charge_only(db: None) -> None:
    operation = hear(sent(), said(Outcome.DECLINED, fort_id=""))
    assert operation.status == Status.DECLINED
    assert operation.order.status == OrderStatus.DECLINED


def test_silence_makes_it_unknown_and_due(db: None) -> None:
    error = NoAnswer("timeout", sent=None)
    operation = hear(sent(), Statement.of_silence(Evidence.Source.REPLY, error))
    assert (operation.status, operation.problem) == (Status.UNKNOWN, "timeout")
    assert operation.next_check_at is not None


def test_a_request_that_never_left_charged_nothing(db: None) -> None:
    statement = Statement.of_silence(Evidence.Source.REPLY, NotSent("refused"))
    assert hear(sent(), statement).status == Status.NOT_CHARGED


@pytest.mark.parametrize("status", ["sent", "unknown"])
def test_a_check_that_never_left_says_nothing_about_the_charge(db: None, status: str) -> None:
    operation = OperationFactory(**{status: True})
    statement = Statement.of_silence(Evidence.Source.CHECK, NotSent("refused"))
    assert hear(operation, statement).status == Status.UNKNOWN


def test_the_same_statement_twice_is_heard_once(db: None) -> None:
    operation, statement = sent(), said(Outcome.APPROVED)
    hear(operation, statement)
    version = hear(operation, statement).order.version
    assert Evidence.objects.count() == 1
    assert hear(operation, statement).order.version == version


def test_an_approval_without_a_fort_id_proves_nothing(db: None) -> None:
    assert hear(sent(), said(Outcome.APPROVED, fort_id="")).status == Status.UNKNOWN


def test_a_fort_id_of_another_charge_proves_nothing(db: None) -> None:
    other = OperationFactory(approved=True)
    operation = hear(sent(), said(Outcome.APPROVED, fort_id=other.fort_id))
    assert operation.status == Status.UNKNOWN


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.NOT_FOUND])
def test_a_proven_charge_stays_proven_and_the_contradiction_is_kept(
    db: None, outcome: Outcome
) -> None:
    operation = OrderFactory(charged=True).operations.get()
    assert hear(operation, said(outcome)).status == Status.APPROVED
    assert Event.objects.filter(order=operation.order, kind="contradiction").exists()


@pytest.mark.parametrize("status", ["declined", "not_charged", "expired", "released"])
def test_a_late_success_counts_and_raises_an_alarm(db: None, status: str) -> None:
    operation = OperationFactory(sent=True, status=status)
    heard = hear(operation, said(Outcome.APPROVED))
    assert heard.status == Status.APPROVED
    assert heard.order.status == OrderStatus.CHARGED
    assert Event.objects.filter(order=heard.order, kind="late_success").exists()


def test_a_late_success_beside_another_charge_is_a_duplicate(agent: Staff) -> None:
    order = OrderFactory(declined=True)
    first = order.operations.get()
    OperationFactory(order=order, sent=True)
    heard = hear(first, said(Outcome.APPROVED))
    assert heard.status == Status.DUPLICATE
    assert heard.order.captured_minor == 0
    assert Event.objects.filter(order=order, kind="late_success").exists()


def test_a_success_for_what_was_never_sent_is_kept_and_raises_an_alarm(agent: Staff) -> None:
    operation = steps.place_new(agent)
    heard = hear(operation, said(Outcome.APPROVED))
    assert heard.status == Status.APPROVED
    kinds = list(heard.order.events.values_list("kind", flat=True))
    assert kinds[-3:] == ["purchase_expired", "purchase_approved", "late_success"]


def test_one_not_found_answer_is_not_an_answer(db: None) -> None:
    operation = OperationFactory(unknown=True)
    assert hear(operation, said(Outcome.NOT_FOUND, fort_id="")).status == Status.UNKNOWN


def miss(operation: Operation, *minutes: int) -> Operation:
    """Not found, at each of these minutes after the request left."""
    for minute in minutes:
        with clock.at(operation.submitted_at + timedelta(minutes=minute)):
            heard = hear(operation, said(Outcome.NOT_FOUND, fort_id=""))
    return heard


def test_absence_is_believed_after_three_answers_over_the_whole_window(db: None) -> None:
    assert miss(OperationFactory(unknown=True), 1, 8, 16).status == Status.NOT_CHARGED


@pytest.mark.parametrize("minutes", [(1, 16), (1, 5, 14), (16, 17, 18)])
def test_absence_is_not_believed_too_soon(db: None, minutes: tuple[int, ...]) -> None:
    assert miss(OperationFactory(unknown=True), *minutes).status == Status.UNKNOWN


def test_any_other_answer_starts_the_counting_again(db: None) -> None:
    operation = OperationFactory(unknown=True)
    miss(operation, 1, 8)
    hear(operation, said(Outcome.UNKNOWN, fort_id=""))
    assert miss(operation, 16).status == Status.UNKNOWN


def test_an_answer_that_proves_nothing_plans_the_next_question(
    db: None, settings: Settings
) -> None:
    settings.RESOLVE_JITTER = 0
    operation = OperationFactory(unknown=True)
    with clock.at(operation.submitted_at + timedelta(seconds=101)):
        heard = hear(operation, said(Outcome.UNKNOWN, fort_id=""))
    assert (heard.next_check_at - heard.submitted_at).total_seconds() == 160


def test_asking_from_the_page_does_not_put_off_the_next_question(
    agent: Staff, gateway: object
) -> None:
    operation = steps.charge_new(agent, amount_minor=10_940)
    due = operation.next_check_at
    for _time in range(5):
        operation = ask.ask(operation=operation)
    assert operation.next_check_at == due


def test_a_card_is_kept_only_with_a_consent(agent: Staff, gateway: object) -> None:
    card = steps.stored_card(agent)
    assert card.consent.script_version == "2026-11"
    assert card.consent.agent == agent
    steps.charge_new(agent)
    assert type(card).objects.count() == 1


def test_a_card_that_is_kept_for_somebody_else_stays_theirs(agent: Staff) -> None:
    card = StoredCardFactory()
    operation = steps.place_new(agent, keep=True)
    Operation.objects.filter(pk=operation.pk).update(token_name=card.token_name)
    hear(operation, said(Outcome.APPROVED))
    card.refresh_from_db()
    assert card.customer != operation.order.customer
    assert operation.consent.card is None


def test_nothing_is_written_when_the_trail_cannot_be(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = sent()

    def broken(*_given: object, **_data: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(evidence.audit, "record", broken)
    with pytest.raises(RuntimeError):
        hear(operation, said(Outcome.APPROVED))
    operation.refresh_from_db()
    assert operation.status == Status.SENDING
    assert not Evidence.objects.exists()


def test_the_order_takes_another_try_after_a_proven_refusal(agent: Staff) -> None:
    operation = hear(sent(), said(Outcome.DECLINED, fort_id=""))
    placed = place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=operation.order)
    assert placed.is_new


def test_a_late_success_ends_a_charge_that_only_waits_for_its_card(agent: Staff) -> None:
    order = OrderFactory(declined=True)
    waiting = OperationFactory(order=order, token_name="t" * 32)
    heard = hear(order.operations.earliest("id"), said(Outcome.APPROVED))
    waiting.refresh_from_db()
    assert (heard.status, waiting.status) == (Status.APPROVED, Status.EXPIRED)
    with pytest.raises(Conflict):
        charge.charge(actor=agent, operation=waiting)


def test_a_second_success_under_another_fort_id_is_told(db: None) -> None:
    operation = OrderFactory(charged=True).operations.get()
    hear(operation, said(Outcome.APPROVED, fort_id=operation.fort_id))
    assert not operation.order.events.filter(kind="contradiction").exists()
    hear(operation, said(Outcome.APPROVED, fort_id="169700000000000777"))
    assert operation.order.events.get(kind="contradiction").data["problem"] == "fort_id_differs"


@pytest.mark.parametrize("status", ["unknown", "declined", "not_charged", "expired", "prepared"])
def test_an_approval_that_is_not_believed_is_told_once(db: None, status: str) -> None:
    operation = OperationFactory(sent=True, status=status)
    for _time in range(2):
        hear(operation, said(Outcome.UNKNOWN, fort_id="", reason="amount_differs"))
    operation.refresh_from_db()
    assert operation.status == status
    assert operation.order.events.filter(kind="mismatch").count() == 1


def test_the_fort_id_of_another_charge_is_never_written(db: None) -> None:
    other = OperationFactory(approved=True)
    for outcome in (Outcome.UNKNOWN, Outcome.DECLINED):
        heard = hear(sent(), said(outcome, fort_id=other.fort_id, reason="uncertain_code"))
        assert (heard.status, heard.fort_id) == (Status(outcome), "")


def follow_up(charge: Operation, kind: str, status: str, amount_minor: int) -> Operation:
    """A capture, void or refund of ``charge`` that stands at ``status``."""
    return OperationFactory(
        order=charge.order, kind=kind, parent=charge, sent=True, status=status,
        merchant_reference=charge.merchant_reference, amount_minor=amount_minor,
    )  # fmt: skip


def test_a_late_void_of_what_is_voided_already_changes_nothing(db: None) -> None:
    charge = OrderFactory(voided=True).operations.get()
    void = follow_up(charge, "void", "declined", charge.amount_minor)
    assert hear(void, said(Outcome.APPROVED)).status == Status.APPROVED
    assert Operation.objects.get(pk=charge.pk).status == Status.VOIDED


def test_a_late_void_of_money_that_was_taken_is_told_and_takes_nothing_back(db: None) -> None:
    order = OrderFactory(reserved=True, captured_minor=250_500, paid_at=clock.now())
    charge = order.operations.get()
    follow_up(charge, "capture", "sending", charge.amount_minor)
    hear(order.operations.get(kind="capture"), said(Outcome.APPROVED))
    void = follow_up(charge, "void", "declined", charge.amount_minor)
    heard = hear(void, said(Outcome.APPROVED, fort_id="169700000000000002"))
    assert heard.order.status == OrderStatus.PAID
    assert order.events.filter(kind="contradiction").exists()


def test_a_late_refund_beyond_what_was_left_is_kept_and_told(db: None) -> None:
    order = OrderFactory(refunded=True)
    charge = order.operations.get(kind="purchase")
    refund = follow_up(charge, "refund", "declined", 100)
    heard = hear(refund, said(Outcome.APPROVED, fort_id="169700000000000003"))
    assert (heard.status, heard.order.status) == (Status.APPROVED, OrderStatus.REFUNDED)
    assert heard.order.left_minor == 0
    told = order.events.get(kind="contradiction")
    assert told.data["problem"] == "more_than_was_left"
