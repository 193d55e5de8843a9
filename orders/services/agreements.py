"""What a consent covers: whether a stored card may be charged so much, now, by whoever starts it.

A charge that the customer starts, on the phone or by a slip, keeps to the ceilings too: they are
what the customer was told. A charge that the merchant starts needs a purpose that allows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import Refused
from orders.models import Consent, Customer, Operation, Order, StoredCard
from orders.purposes import STARTS, Initiator
from orders.states import CHARGES, LIVE, Kind, Status

# What took money, holds it or may still take it: also a charge somebody let go of unproven.
_COUNT = sorted(LIVE | {Status.DUPLICATE, Status.RELEASED})


@dataclass(frozen=True)
class Room:
    """What is left of a consent now, in minor units of ``currency``; None where it sets no ceiling.

    ``starts``: who may start a charge, nobody once the consent has ended.
    """

    currency: str
    per_charge_minor: int | None
    month_left_minor: int | None
    starts: frozenset[Initiator]

    @property
    def left_minor(self) -> int | None:
        """The most that one charge may come to now."""
        ceilings = [self.per_charge_minor, self.month_left_minor]
        return min((one for one in ceilings if one is not None), default=None)

    @property
    def merchant_may_start(self) -> bool:
        """Whether the agreement covers any charge that the merchant starts."""
        return Initiator.MERCHANT in self.starts and self.left_minor != 0


def check(card: StoredCard, order: Order, initiated_by: str) -> None:
    """Raise ``Refused`` where the consent of ``card`` does not cover charging ``order`` to it.

    Runs in the transaction that claims the charge and locks the customer until its end, so that of
    two charges at once the second counts the first.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=card.customer_id)
    consent = Consent.objects.filter(card=card).first()
    _check_permission(consent, initiated_by)
    if initiated_by == Initiator.MERCHANT and order.wants != Kind.PURCHASE:
        raise Refused(
            "agreement_takes_now",
            _("A charge that we start under an agreement cannot be reserved. Take it now."),
            field="wants",
        )
    if consent:
        _check_ceilings(card, consent, order.amount_minor, order.currency)


def why_unusable(card: StoredCard) -> str:
    """Why nothing can be charged to ``card`` now, whoever starts it, or "". Reads only; the card
    comes with its ``consent``.
    """
    consent = getattr(card, "consent", None)
    if consent and consent.withdrawn_at:
        return _("the customer withdrew the permission")
    if card.state == StoredCard.State.REVOKED:
        return _("the gateway no longer has it")
    if card.has_expired or card.state == StoredCard.State.EXPIRED:
        return _("ended %(month)s: ask for another card") % {"month": card.expiry_shown}
    if card.state != StoredCard.State.ACTIVE:
        return _("cannot be used: %(state)s") % {"state": card.get_state_display()}
    if consent is None:
        return _("no permission to keep it is on file")
    if consent.ends_on and has_ended(consent):
        day = date_format(consent.ends_on, "j M Y")
        return _("the permission ended on %(day)s") % {"day": day}
    return ""


def rooms(cards: Sequence[StoredCard]) -> dict[int, Room]:
    """What is left of each card's consent by the card's id; none for a card without one. Reads
    only; ``cards`` come with their ``consent``.
    """
    found = {card: consent for card in cards if (consent := getattr(card, "consent", None))}
    spent = _spent_minor([card for card in found if found[card].ceiling_per_month_minor])
    return {
        card.pk: _room(consent, spent.get((card.token_name, consent.currency), 0))
        for card, consent in found.items()
    }


def agreement_id(consent: Consent) -> str:
    """The name of the agreement, as the gateway is told and people say it: "A1042"."""
    return f"A{1000 + consent.pk}"


def has_ended(consent: Consent) -> bool:
    """Whether the last day of the permission is over."""
    return consent.ends_on is not None and consent.ends_on < clock.today()


def _check_permission(consent: Consent | None, initiated_by: str) -> None:
    if consent is None:
        raise Refused(
            "consent_missing",
            _("No permission to keep this card is on file. Take it as a new card."),
            field="card",
        )
    if consent.withdrawn_at:
        raise Refused(
            "consent_withdrawn",
            _("The customer withdrew the permission to charge this card. Ask for another card."),
            field="card",
        )
    if consent.ends_on and has_ended(consent):
        raise Refused(
            "consent_ended",
            _("The permission to charge this card ended on %(day)s. Take it as a new card.")
            % {"day": date_format(consent.ends_on, "j F Y")},
            field="card",
        )
    if initiated_by not in STARTS[consent.purpose_code]:
        raise Refused(
            "consent_purpose",
            _("The customer allowed this card for: %(purpose)s. That does not cover this charge.")
            % {"purpose": consent.get_purpose_code_display() or consent.purpose},
            field="card",
        )


def _check_ceilings(card: StoredCard, consent: Consent, amount_minor: int, currency: str) -> None:
    per_charge, per_month = consent.ceiling_per_charge_minor, consent.ceiling_per_month_minor
    if per_charge is None and per_month is None:
        return
    if currency != consent.currency:
        raise Refused(
            "consent_currency",
            _("The customer's permission is for charges in %(currency)s.")
            % {"currency": consent.currency},
            field="currency",
        )
    if per_charge is not None and amount_minor > per_charge:
        raise Refused(
            "ceiling_per_charge",
            _("The customer allowed at most %(amount)s for one charge.")
            % {"amount": money.format_money(per_charge, currency)},
            field="amount",
        )
    if per_month is None:
        return
    left_minor = per_month - _spent_minor([card]).get((card.token_name, currency), 0)
    if amount_minor > left_minor:
        raise Refused(
            "ceiling_per_month",
            _("The customer allowed at most %(amount)s a month; %(left)s is left of it.")
            % {
                "amount": money.format_money(per_month, currency),
                "left": money.format_money(max(left_minor, 0), currency),
            },
            field="amount",
        )


def _room(consent: Consent, spent_minor: int) -> Room:
    per_month = consent.ceiling_per_month_minor
    has_none = bool(consent.withdrawn_at) or has_ended(consent)
    return Room(
        currency=consent.currency,
        per_charge_minor=consent.ceiling_per_charge_minor,
        month_left_minor=None if per_month is None else max(per_month - spent_minor, 0),
        starts=frozenset() if has_none else STARTS[consent.purpose_code],
    )


def _spent_minor(cards: Sequence[StoredCard]) -> dict[tuple[str, str], int]:
    """What the calendar month has charged to each card so far, in minor units, by its token and the
    currency. A refund gives no room back within the month; a refusal and a void take none. The
    charge that the card was first typed for counts as any other.
    """
    if not cards:
        return {}
    begins = clock.midnight(clock.today().replace(day=1))
    rows = (
        Operation.objects.order_by()
        .filter(token_name__in=[card.token_name for card in cards])
        .filter(Q(kind__in=CHARGES, status__in=_COUNT))
        .alias(at=Coalesce("submitted_at", "created_at"))
        .filter(at__gte=begins)
        .values("token_name", "currency")
        .annotate(total=Sum("amount_minor"))
    )
    return {(row["token_name"], row["currency"]): row["total"] for row in rows}
