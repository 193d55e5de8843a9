"""A customer takes back the permission to keep a card.

The card is frozen at once, so that no charge can start; then its token is made INACTIVE at the
gateway, tried again until that is confirmed; only then it shows as revoked. A charge that was under
way at that moment ends as it ends.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict
from orders.gateway import GatewayError
from orders.models import Consent, Customer, Operation, Staff, StoredCard
from orders.services import audit, breaker, kept_cards, rules
from orders.services.attend import check_reason
from orders.services.leases import MARGIN_S
from orders.states import IN_FLIGHT

RIGHT = "orders.change_customer"
TRY_AGAIN_S = 600


def withdraw(*, actor: Staff, card: StoredCard, reason: str) -> StoredCard:
    """The card, frozen for good, with its consent withdrawn: also one that the gateway lost, as its
    permission is on file still. Raises ``Refused`` without a reason and ``Conflict`` where it was
    withdrawn before.
    """
    rules.may(actor, RIGHT)
    reason = check_reason(reason)
    with transaction.atomic(durable=True):
        # Whoever claims a charge holds this lock too: no charge starts once this is committed.
        customer = Customer.objects.select_for_update(no_key=True).get(pk=card.customer_id)
        current = StoredCard.objects.select_for_update(no_key=True).get(pk=card.pk)
        if current.frozen_at:
            raise Conflict("withdrawn_already", _("This card has been withdrawn already."))
        now = clock.now()
        current.state, current.frozen_at = StoredCard.State.FROZEN, now
        current.save(update_fields=["state", "frozen_at"])
        Consent.objects.filter(card=current, withdrawn_at=None).update(
            withdrawn_at=now, withdrawn_by=actor, withdrawal_reason=reason
        )
        audit.record_account(
            "consent_withdrawn",
            actor=actor,
            reason=reason,
            customer=customer.number,
            card=str(current),
            card_id=current.pk,
        )
    return current


def claim(most: int) -> list[StoredCard]:
    """Up to ``most`` withdrawn cards whose token is to be made INACTIVE now, the caller's until a
    request would be over. One that a charge under way still needs is left for later.
    """
    now = clock.now()
    in_use = Operation.objects.filter(token_name=OuterRef("token_name"), status__in=IN_FLIGHT)
    is_free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = StoredCard.objects.filter(
        ~Exists(in_use), is_free, frozen_at__isnull=False, token_retired_at=None
    )
    until = now + timedelta(seconds=settings.CHARGE_DEADLINE_S + MARGIN_S)
    return [
        card
        for card in due.order_by("frozen_at")[:most]
        if StoredCard.objects.filter(is_free, pk=card.pk).update(lease_until=until)
    ]


def confirm(card: StoredCard) -> None:
    """Make the claimed card's token INACTIVE at the gateway, and the card revoked once that is
    confirmed; otherwise it is tried again later.
    """
    try:
        is_done = kept_cards.make_inactive(
            card.token_name, f"{settings.ORDER_PREFIX}-C{card.pk}-T{clock.now():%y%m%d%H%M%S}"
        )
    except GatewayError as error:
        _later(card)
        breaker.heard(answered=False if error.was_tried else None, reason=error.reason)
        return
    breaker.heard(answered=True)
    if is_done:
        _revoke(card)
    else:
        _later(card)


def _revoke(card: StoredCard) -> None:
    now = clock.now()
    # In a statement of its own: a charge being recorded locks its operation before the card.
    Operation.objects.filter(token_name=card.token_name, token_retired_at=None).update(
        token_retired_at=now
    )
    with transaction.atomic(durable=True):
        waiting = StoredCard.objects.filter(pk=card.pk, token_retired_at=None)
        state = StoredCard.State.REVOKED
        if waiting.update(state=state, token_retired_at=now, lease_until=None):
            audit.record_account(
                "card_revoked", customer=card.customer.number, card=str(card), card_id=card.pk
            )


def _later(card: StoredCard) -> None:
    until = clock.now() + timedelta(seconds=TRY_AGAIN_S)
    StoredCard.objects.filter(pk=card.pk).update(lease_until=until)
