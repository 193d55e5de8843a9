"""The row of a charge: its intent, and for a stored card the claim to send it.

Runs in the transaction of ``services.place``, behind the gate and under the order's lock.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Refused
from orders.models import Operation, Order, Staff, StoredCard
from orders.purposes import Initiator
from orders.services import (
    agreements,
    approval_requests,
    audit,
    ceilings,
    consents,
    rules,
    totals,
)
from orders.services.near_duplicates import Passed
from orders.services.new_order import NewConsent
from orders.states import CHARGES, Kind, Status

GRACE_S = 5


def prepare(
    order: Order,
    actor: Staff | None,
    form_key: str,
    card: StoredCard | None,
    consent: NewConsent | None,
    passed: Passed,
    initiated_by: str,
) -> Operation:
    """The operation, ``prepared``, or with a stored card ``sending``. Over the ceiling of ``actor``
    it only reserves, whatever the order wants, and a second person is asked to approve it. Without
    an ``actor`` a repeat run charges a stored card, and answers for it. A charge
    under an agreement cannot be reserved: over a ceiling it raises ``OverCeiling``; without a
    stored card it raises ``Refused``, as does a permission to keep a card that is kept already.
    """
    _check_said_of(card, consent, initiated_by)
    over = ceilings.over_charge(
        actor=actor,
        amount_minor=order.amount_minor,
        currency=order.currency,
        is_override=bool(passed.beside),
    )
    if over and card and initiated_by == Initiator.MERCHANT:
        sentence = _(
            "%(over)s A charge under an agreement cannot wait for approval. Somebody with a higher "
            "limit has to make it."
        )
        raise ceilings.refusal(over, sentence, code="over_ceiling_now", may_be_asked_for=False)
    seq = order.operations.filter(kind__in=CHARGES).count() + 1
    operation = Operation(
        order=order,
        kind=Kind.AUTHORIZATION if over else order.wants,
        seq=seq,
        merchant_reference=f"{order.number}-{seq}",
        form_key=form_key,
        amount_minor=order.amount_minor,
        currency=order.currency,
        actor=actor,
        created_at=clock.now(),
        **passed.columns(),
    )
    if card:
        _claim(operation, card, initiated_by)
    elif consent and actor:
        operation.consent = consents.record(order, actor, consent)
    operation.save(force_insert=True)
    audit.record(order, f"{operation.kind}_{operation.status}", actor=actor, operation=operation)
    passed.record(order, operation, actor)
    if over and actor:
        approval_requests.ask_for_charge(
            order, operation, actor=actor, over=over, reason=operation.reason
        )
    totals.recompute(order)
    return operation


def sent_now() -> tuple[datetime, datetime]:
    """When a request leaves, and when somebody has to ask if no answer was recorded by then."""
    now = clock.now()
    return now, now + timedelta(seconds=settings.CHARGE_DEADLINE_S + GRACE_S)


def _check_said_of(card: StoredCard | None, consent: NewConsent | None, initiated_by: str) -> None:
    """Refuse what would be left out in silence: a permission or an agreement without its card."""
    if card and consent:
        sentence = _("A stored card is kept already.")
        raise Refused("card_kept_already", sentence, field="keep_card")
    if card is None and initiated_by == Initiator.MERCHANT:
        sentence = _("Only a stored card is charged under an agreement.")
        raise Refused("agreement_needs_card", sentence, field="initiated_by")


def _claim(operation: Operation, card: StoredCard, initiated_by: str) -> None:
    """Fill in the stored card, and the claim to send."""
    # As it stands now, but not locked: the answer to the same form's first submit locks the
    # operation before the card, and the two would wait for each other.
    card = StoredCard.objects.get(pk=card.pk)
    order = operation.order
    rules.check_card(card, order.customer, order.amount_minor, order.currency)
    agreements.check(card, order, initiated_by)
    operation.initiated_by = initiated_by
    operation.stored_card = card
    operation.token_name = card.token_name
    operation.payment_option = card.brand
    operation.last_four = card.last_four
    operation.expiry = card.expiry
    operation.status = Status.SENDING
    operation.submitted_at, operation.next_check_at = sent_now()
