"""What becomes of a card once it paid: kept with its consent, or forgotten at the gateway."""

from django.db import transaction

from orders import clock
from orders.gateway import Outcome
from orders.models import Consent, Operation, Order, Staff, StoredCard
from orders.services import aps, audit

# Card expired; token name does not exist (APS guide, "Messages").
_NO_TOKEN = "044"  # noqa: S105  a code, not a secret
_ENDED = {"012": StoredCard.State.EXPIRED, _NO_TOKEN: StoredCard.State.REVOKED}


def settle(order: Order, operation: Operation, actor: Staff | None) -> None:
    """Keep the card that ``operation`` charged if a consent allows it, and note its use.

    The caller holds the order's lock. A card that is already kept for this customer is used as it
    is; one that is kept for somebody else stays theirs, and the consent stays without a card.
    """
    if operation.stored_card_id:
        StoredCard.objects.filter(pk=operation.stored_card_id).update(last_used_at=clock.now())
    elif operation.consent and operation.token_name:
        card, is_new = StoredCard.objects.get_or_create(
            token_name=operation.token_name,
            defaults={
                "customer": order.customer,
                "brand": operation.payment_option,
                "last_four": operation.last_four,
                "expiry": operation.expiry,
                "holder": operation.card_holder,
                "created_at": clock.now(),
                "last_used_at": clock.now(),
            },
        )
        if is_new:
            Consent.objects.filter(pk=operation.consent.pk).update(card=card)
            audit.record(order, "card_stored", actor=actor, card=str(card))


def give_up(order: Order, operation: Operation, actor: Staff | None) -> None:
    """Mark the stored card of a declined charge as unusable where the gateway says that its token
    or the card itself has ended, so that nobody tries it again. The caller holds the order's lock.
    """
    state = _ENDED.get(operation.response_code[2:])
    if state is None or operation.stored_card_id is None:
        return
    cards = StoredCard.objects.filter(pk=operation.stored_card_id, state=StoredCard.State.ACTIVE)
    if cards.update(state=state):
        audit.record(order, "card_unusable", actor=actor, operation=operation, state=str(state))


def retire_token(operation: Operation) -> bool:
    """Make the token of a settled charge, which nobody allowed keeping, INACTIVE at the gateway.

    ``False`` when the gateway did not do it, ``GatewayError`` when it did not answer: try again
    later.
    """
    reference = f"{operation.merchant_reference}-T{clock.now():%y%m%d%H%M%S}"
    if not make_inactive(operation.token_name, reference):
        return False
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        Operation.objects.filter(pk=operation.pk).update(token_retired_at=clock.now())
        audit.record(order, "token_retired", operation=operation)
    return True


def make_inactive(token_name: str, merchant_reference: str) -> bool:
    """Whether the gateway confirmed that nothing can be charged to the token any more: it is
    INACTIVE now, or not there at all. Raises ``GatewayError`` when it did not answer.

    Every try needs a reference of its own, because one that was received without an answer is used
    up.
    """
    reply = aps.client().update_token(
        merchant_reference=merchant_reference,
        token_name=token_name,
        token_status="INACTIVE",  # noqa: S106  a state, not a secret
    )
    is_gone = reply.outcome == Outcome.DECLINED and reply.response_code[2:] == _NO_TOKEN
    return reply.outcome == Outcome.APPROVED or is_gone
