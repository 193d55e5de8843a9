"""What becomes of a card once it paid: kept with its consent, or forgotten at the gateway."""

from django.db import transaction

from orders import clock
from orders.gateway import Outcome
from orders.models import Consent, Operation, Order, Staff, StoredCard
from orders.services import aps, audit
from orders.services.agreements import agreement_id

# Card expired; token name does not exist (APS guide, "Messages").
_NO_TOKEN = "044"  # noqa: S105  a code, not a secret
_ENDED = {"012": StoredCard.State.EXPIRED, _NO_TOKEN: StoredCard.State.REVOKED}


def settle(order: Order, operation: Operation, actor: Staff | None) -> None:
    """Keep the card that ``operation`` charged if a consent allows it, and note its use.

    The caller holds the order's lock. For a card that is kept for this customer already the newest
    word counts: the new consent replaces the one on file. One that is kept for somebody else stays
    theirs, and the consent stays without a card.
    """
    if operation.stored_card_id:
        StoredCard.objects.filter(pk=operation.stored_card_id).update(last_used_at=clock.now())
    elif operation.consent and operation.token_name:
        _keep(order, operation, operation.consent, actor)


def _keep(order: Order, operation: Operation, consent: Consent, actor: Staff | None) -> None:
    facts = {
        "brand": operation.payment_option,
        "last_four": operation.last_four,
        "expiry": operation.expiry,
        "holder": operation.card_holder,
        "last_used_at": clock.now(),
    }
    made_of = facts | {"customer": order.customer, "created_at": clock.now()}
    card, is_new = StoredCard.objects.get_or_create(
        token_name=operation.token_name, defaults=made_of
    )
    if is_new or _replace(order, card.pk, consent, facts, actor):
        Consent.objects.filter(pk=consent.pk).update(card=card)
        audit.record(order, "card_stored", actor=actor, card=str(card))


def _replace(
    order: Order, pk: int, consent: Consent, facts: dict[str, object], actor: Staff | None
) -> bool:
    """Whether ``consent`` takes the place of what the customer said before about the kept card,
    which can be charged again even if that was withdrawn. What was said later stays.
    """
    card = StoredCard.objects.select_for_update(no_key=True).get(pk=pk)
    old = Consent.objects.filter(card=card).first()
    is_newer = not old or old.given_at < consent.given_at
    is_withdrawn_since = card.frozen_at is not None and card.frozen_at >= consent.given_at
    if card.customer_id != order.customer_id or not is_newer or is_withdrawn_since:
        return False
    known = {name: value for name, value in facts.items() if value}
    if card.frozen_at or card.state in _ENDED.values():
        known |= {"state": StoredCard.State.ACTIVE, "frozen_at": None, "token_retired_at": None}
    StoredCard.objects.filter(pk=pk).update(**known)
    if old:
        Consent.objects.filter(pk=old.pk).update(card=None, replaced_by=consent)
        audit.record(
            order,
            "consent_replaced",
            actor=actor,
            card=str(card),
            replaced=agreement_id(old),
            by=agreement_id(consent),
        )
    return True


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
