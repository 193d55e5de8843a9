import json
import urllib.parse

import pytest
from django.conf import settings

from orders.gateway import NotTrusted, sign
from orders.models import Evidence, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import feedback, follow_up, place
from orders.services.follow_up import Wish
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory


def message(operation: Operation, **changes: str) -> dict[str, str]:
    """What the gateway posts about ``operation``, signed."""
    fields = {
        "command": "PURCHASE",
        "access_code": settings.APS_ACCESS_CODE,
        "merchant_identifier": settings.APS_MERCHANT_IDENTIFIER,
        "merchant_reference": operation.merchant_reference,
        "amount": str(operation.amount_minor),
        "currency": operation.currency,
        "language": "en",
        "eci": "MOTO",
        "fort_id": "169996200007825545",
        "authorization_code": "841773",
        "response_code": "14000",
        "response_message": "Success",
        "status": "14",
    } | changes
    fields["signature"] = sign(fields, phrase=settings.APS_SHA_RESPONSE_PHRASE, sha_type="sha256")
    return fields


def deliver(fields: dict[str, str]) -> None:
    """Deliver it as JSON."""
    feedback.receive(json.dumps(fields).encode(), "application/json")


def settled(operation: Operation) -> Operation:
    """The operation, with its order, as they stand now."""
    return Operation.objects.select_related("order").get(pk=operation.pk)


def test_feedback_settles_a_charge_whose_answer_never_came(db: None) -> None:
    operation = OperationFactory(unknown=True)
    deliver(message(operation))
    assert settled(operation).status == Status.APPROVED
    assert settled(operation).order.status == OrderStatus.CHARGED


def test_feedback_may_be_a_form(db: None) -> None:
    operation = OperationFactory(unknown=True)
    body = urllib.parse.urlencode(message(operation)).encode()
    feedback.receive(body, "application/x-www-form-urlencoded")
    assert settled(operation).status == Status.APPROVED


def test_feedback_before_our_own_answer_counts_once(db: None) -> None:
    operation = OperationFactory(sent=True)
    for _time in range(3):
        deliver(message(operation))
    assert settled(operation).status == Status.APPROVED
    assert Evidence.objects.filter(operation=operation).count() == 1


def test_a_failed_notification_never_overwrites_a_success(db: None) -> None:
    operation = OrderFactory(charged=True).operations.get()
    deliver(message(operation, response_code="13666", status="13", fort_id=operation.fort_id))
    assert settled(operation).status == Status.APPROVED


@pytest.mark.parametrize("changes", [{"amount": "1"}, {"currency": "SAR"}])
def test_feedback_about_another_amount_proves_nothing(db: None, changes: dict[str, str]) -> None:
    operation = OperationFactory(unknown=True)
    deliver(message(operation, **changes))
    assert settled(operation).status == Status.UNKNOWN
    assert Evidence.objects.get(operation=operation).reason == "amount_differs"


def test_a_forged_message_changes_nothing_and_leaves_no_body(db: None) -> None:
    operation = OperationFactory(unknown=True)
    forged = message(operation) | {"signature": "0" * 64}
    for _time in range(2):
        with pytest.raises(NotTrusted):
            deliver(forged)
    kept = Evidence.objects.get()
    assert settled(operation).status == Status.UNKNOWN
    assert (kept.verified, kept.body, kept.operation) == (False, {}, None)
    assert kept.size > 0


def test_a_flood_of_forged_messages_fills_no_disk(db: None) -> None:
    fields = message(OperationFactory(unknown=True))
    for number in range(feedback.NOTED_A_DAY + 20):
        with pytest.raises(NotTrusted):
            deliver(fields | {"signature": f"{number:064}"})
    with pytest.raises(NotTrusted):
        deliver(fields | {"amount": "none"})
    kept = list(Evidence.objects.values_list("reason", flat=True))
    assert kept == [*["bad_signature"] * feedback.NOTED_A_DAY, "amount_format"]


def test_a_message_signed_with_the_request_phrase_is_forged(db: None) -> None:
    operation = OperationFactory(unknown=True)
    fields = message(operation)
    del fields["signature"]
    fields["signature"] = sign(fields, phrase=settings.APS_SHA_REQUEST_PHRASE, sha_type="sha256")
    with pytest.raises(NotTrusted):
        deliver(fields)


def test_a_message_about_nothing_here_is_kept_as_an_orphan(db: None) -> None:
    deliver(message(Operation(merchant_reference="OTHER-1", amount_minor=500, currency="AED")))
    kept = Evidence.objects.get()
    assert (kept.verified, kept.reason) == (True, "unknown_reference")
    assert kept.merchant_reference == "OTHER-1"


def test_feedback_finds_the_refund_by_its_own_reference(
    supervisor: Staff, gateway: Sandbox
) -> None:
    charge = steps.charge_new(supervisor)
    gateway.set(force="920")
    refund = follow_up.refund(
        actor=supervisor,
        order=charge.order,
        wish=Wish(amount_minor=2_500, form_key=place.new_form_key(), reason_code="returned"),
    )
    assert refund.status == Status.UNKNOWN
    deliver(
        message(
            refund,
            command="REFUND",
            response_code="06000",
            status="06",
            fort_id=charge.fort_id,
            maintenance_reference=refund.maintenance_reference,
        )
    )
    assert settled(refund).status == Status.APPROVED
    assert settled(refund).order.status == OrderStatus.PART_REFUNDED


def capture(charge: Operation, **changes: object) -> Operation:
    """A capture of a fifth of the reservation ``charge``."""
    return OperationFactory(
        order=charge.order, kind="capture", parent=charge,
        merchant_reference=charge.merchant_reference,
        amount_minor=charge.amount_minor // 5, **changes,
    )  # fmt: skip


def told_of(operation: Operation) -> dict[str, str]:
    """What the gateway posts about a capture: nothing in it tells equal ones apart."""
    return message(operation, command="CAPTURE", response_code="04000", status="04")


def test_feedback_about_a_capture_does_not_settle_the_next_one_like_it(db: None) -> None:
    charge = OrderFactory(reserved=True).operations.get()
    first = capture(charge, approved=True, response_code="04000")
    second = capture(charge, sent=True)
    deliver(told_of(first))
    assert settled(second).status == Status.SENDING


def test_feedback_settles_the_capture_in_flight(db: None) -> None:
    operation = capture(OrderFactory(reserved=True).operations.get(), sent=True)
    deliver(told_of(operation))
    assert settled(operation).status == Status.APPROVED


def test_a_capture_that_was_refused_and_succeeded_after_all_counts(db: None) -> None:
    charge = OrderFactory(reserved=True).operations.get()
    operation = capture(charge, sent=True, status="declined", response_code="05042")
    deliver(told_of(operation))
    assert settled(operation).status == Status.APPROVED
    assert charge.order.events.filter(kind="late_success").exists()


def test_feedback_about_a_void_needs_no_amount(db: None) -> None:
    charge = OrderFactory(reserved=True).operations.get()
    operation = OperationFactory(
        order=charge.order, kind="void", parent=charge, sent=True,
        merchant_reference=charge.merchant_reference,
    )  # fmt: skip
    fields = message(operation, command="VOID_AUTHORIZATION", response_code="08000", status="08")
    for name in ("amount", "currency", "signature"):
        del fields[name]
    fields["signature"] = sign(fields, phrase=settings.APS_SHA_RESPONSE_PHRASE, sha_type="sha256")
    deliver(fields)
    assert (settled(operation).status, settled(charge).status) == ("approved", "voided")
