"""The card's way past the office: the form the browser posts to the gateway, and what comes back.

The office signs the form and later learns a ``token_name``. No money moves here.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from orders.gateway import (
    CardForm,
    CardReturn,
    NotTrusted,
    Outcome,
    create_token_form,
    read_card_return,
    tokenization_form,
)
from orders.models import Evidence, Operation, Order
from orders.services import aps, audit, set_up
from orders.services.place import expire
from orders.states import Source, Status


def return_url() -> str:
    """Where the gateway sends the browser back to: from settings, never from the request."""
    return f"{settings.SITE_URL}{reverse('card-return')}"


def card_form(operation: Operation, *, language: str) -> CardForm:
    """The signed fields for ``operation``'s card. By post there is no CVV (CREATE_TOKEN)."""
    by_post = operation.order.source == Source.POST
    make = create_token_form if by_post else tokenization_form
    return make(
        aps.merchant(),
        merchant_reference=operation.merchant_reference,
        return_url=return_url(),
        language=language,
    )


def receive_card(pairs: Sequence[tuple[str, str]]) -> Operation:
    """The operation whose card came back, with its token; or, when the gateway refused the card,
    expired. The first return counts; a replay changes nothing, and another card is told in the
    trail and not used. A token that comes too late is written down all the same, so that it is made
    inactive.

    Raises ``NotTrusted`` for anything that is not a strictly read, signed return of a charge of
    this office; it has no effect.
    """
    came_back = read_card_return(aps.merchant(), pairs, return_url=return_url())
    operation = _operation_of(came_back)
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        current = order.operations.get(pk=operation.pk)
        has_token = came_back.outcome == Outcome.APPROVED and came_back.token_name
        if current.token_name or current.status not in {Status.PREPARED, Status.EXPIRED}:
            if has_token and came_back.token_name != current.token_name:
                _tell_of_another(order, current, came_back)
            return current
        if has_token:
            _keep(current, came_back)
            _take_token(order, current, came_back)
        is_refused = not has_token and current.status == Status.PREPARED
        if is_refused:
            _keep(current, came_back)
            _refuse_card(order, current, came_back)
    if is_refused:
        set_up.heard(came_back.response_code)
    return current


def _operation_of(came_back: CardReturn) -> Operation:
    expected = {"CREATE_TOKEN": True, "TOKENIZATION": False}
    operation = (
        Operation.objects.select_related("order")
        .filter(merchant_reference=came_back.merchant_reference, parent=None)
        .first()
    )
    by_post = operation is not None and operation.order.source == Source.POST
    if operation is None or expected.get(came_back.command) != by_post:
        raise NotTrusted("unknown_reference", digest=came_back.digest, size=0)
    return operation


def _take_token(order: Order, operation: Operation, came_back: CardReturn) -> None:
    facts = {
        "token_name": came_back.token_name,
        "payment_option": came_back.payment_option[:10],
        "last_four": came_back.last_four,
        "expiry": came_back.expiry,
        "card_holder": came_back.card_holder_name[:50],
    }
    Operation.objects.filter(pk=operation.pk, token_name="").update(**facts)
    operation.refresh_from_db()
    audit.record(order, "card_received", operation=operation)


def _refuse_card(order: Order, operation: Operation, came_back: CardReturn) -> None:
    Operation.objects.filter(pk=operation.pk).update(response_code=came_back.response_code)
    operation.refresh_from_db()
    audit.record(order, "card_refused", operation=operation)
    set_up.tell(order, operation, came_back.response_code)
    expire(order, operation, actor=None)


def _tell_of_another(order: Order, operation: Operation, came_back: CardReturn) -> None:
    """A second card for one charge: kept as evidence, and never charged."""
    if _keep(operation, came_back):
        audit.record(order, "second_card", operation=operation, last_four=came_back.last_four)


def _keep(operation: Operation, came_back: CardReturn) -> bool:
    """Keep the return as evidence; ``False`` when the very same one was kept before."""
    _row, is_new = Evidence.objects.get_or_create(
        digest=came_back.digest,
        defaults={
            "operation": operation,
            "source": Evidence.Source.CARD_RETURN,
            "verified": True,
            "outcome": came_back.outcome,
            "merchant_reference": came_back.merchant_reference,
            "body": dict(came_back.body),
        },
    )
    return is_new
