"""What the gateway says by itself: direct feedback and notifications, in any order, any number.

A body is read strictly and verified first. Only then is anything looked up, and it counts through
the same door as every other evidence.
"""

import hashlib

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from orders import clock, counters
from orders.gateway import Feedback, NotTrusted, Outcome, read_feedback
from orders.models import Evidence, Operation
from orders.services import aps, evidence, external
from orders.services.statement import Statement
from orders.states import IN_FLIGHT, Kind, Status

_KINDS = {
    "PURCHASE": Kind.PURCHASE,
    "AUTHORIZATION": Kind.AUTHORIZATION,
    "CAPTURE": Kind.CAPTURE,
    "VOID_AUTHORIZATION": Kind.VOID,
    "REFUND": Kind.REFUND,
}
_CHARGE_COMMANDS = frozenset({"PURCHASE", "AUTHORIZATION"})
# Of each reason. More would tell nothing new, and strangers shall not fill the disk.
NOTED_A_DAY = 100


def receive(body: bytes, content_type: str) -> None:
    """Keep and apply one delivery; once this returns it is committed and may be acknowledged.

    Raises ``NotTrusted`` for a body that is not strictly the gateway's: hash, size and reason of it
    are kept once, of the first ``NOTED_A_DAY`` with that reason, and nothing else changes.
    """
    try:
        feedback = read_feedback(aps.merchant(), body, content_type)
    except NotTrusted as error:
        _note_untrusted(body, error)
        raise
    operation = _operation_of(feedback)
    kind = _KINDS.get(feedback.command)
    if operation is None:
        charge = external.charge_of(feedback, kind)
        if not (charge and kind and feedback.outcome in {Outcome.APPROVED, Outcome.DECLINED}):
            _keep_orphan(feedback)
            return
        operation = external.receive(charge, kind, feedback, _operation_of)
        if operation is None:
            return
    evidence.apply(operation=operation, statement=Statement.of_feedback(operation, feedback))


def _operation_of(feedback: Feedback) -> Operation | None:
    """The operation the message is about: charges by reference, refunds by their own reference,
    else the one of that kind and amount that it fits best.
    """
    operations = Operation.objects.filter(
        merchant_reference=feedback.merchant_reference, kind=_KINDS.get(feedback.command)
    ).order_by("-id")
    if feedback.command in _CHARGE_COMMANDS:
        return operations.first()
    if feedback.maintenance_reference:
        return operations.filter(maintenance_reference=feedback.maintenance_reference).first()
    return _best_fit(operations, feedback)


def _best_fit(operations: QuerySet[Operation], feedback: Feedback) -> Operation | None:
    """Nothing tells two captures of one amount apart. One that is settled by the very code of this
    message comes first: it may be about that one, so it proves nothing of another in flight. Of
    another amount than all of ours it is about none of them, nor is it about a refund that the bank
    took back: that money went out once more. Nor is the success of a refund that names none of ours
    about one that the gateway refused, for that would be named.
    """
    same = operations.filter(reversed_at=None)
    if feedback.outcome is Outcome.APPROVED:
        same = same.exclude(kind=Kind.REFUND, status=Status.DECLINED)
    if feedback.amount_minor is not None:
        same = same.filter(amount_minor=feedback.amount_minor)
    told_already = Q(response_code=feedback.response_code)
    return (
        same.filter(told_already).first()
        or same.filter(status__in=IN_FLIGHT).first()
        or same.first()
    )


def _keep_orphan(feedback: Feedback) -> None:
    """Verified, but about nothing here: another system on this account, or a restored backup."""
    Evidence.objects.get_or_create(
        digest=feedback.digest,
        defaults={
            "source": Evidence.Source.FEEDBACK,
            "verified": True,
            "outcome": feedback.outcome,
            "reason": "unknown_reference",
            "merchant_reference": feedback.merchant_reference,
            "body": dict(feedback.body),
            "received_at": clock.now(),
        },
    )


def _note_untrusted(body: bytes, error: NotTrusted) -> None:
    """Hash, size and reason of a body nobody vouches for; the same one again is not counted."""
    noted = f"noted:{error.reason[:60]}"
    if counters.today(noted) >= NOTED_A_DAY:
        return
    try:
        with transaction.atomic():
            _evidence, is_new = Evidence.objects.get_or_create(
                digest=hashlib.sha256(b"untrusted:" + body).hexdigest(),
                defaults={
                    "source": Evidence.Source.FEEDBACK,
                    "verified": False,
                    "outcome": Outcome.UNKNOWN,
                    "reason": error.reason[:60],
                    "size": len(body),
                    "received_at": clock.now(),
                },
            )
    except IntegrityError:
        return
    if is_new:
        counters.count(noted)
