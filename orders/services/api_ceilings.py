"""How much an API key may move at once and in a day, whatever else its scopes allow."""

from datetime import timedelta

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import OverCeiling
from orders.models import ApiKey, Operation, Order, Staff
from orders.states import CHARGES, MOVES_MONEY, Act, Kind, Status

_DAY = timedelta(days=1)
_KINDS = {Act.CHARGE: CHARGES, Act.CAPTURE: {Kind.CAPTURE}, Act.REFUND: {Kind.REFUND}}


def check(
    *, actor: Staff | None, act: Act, amount_minor: int, currency: str, order: Order | None = None
) -> None:
    """Raise ``OverCeiling`` where ``actor`` is a machine and this charge, capture or refund is more
    than its key may move. The day adds up each kind of act by itself: a reservation and its capture
    move the same money. ``order`` is the one that is charged, where there is one already.

    Runs in the caller's transaction, which has locked the account, so that acts made at the same
    moment are added up one after the other. People pass.
    """
    if actor is None or not actor.is_machine:
        return
    key = ApiKey.objects.filter(staff=actor).exclude(currency="").first()
    if key is None:
        return
    if currency != key.currency:
        raise OverCeiling(
            "key_currency",
            _("This API key may move money in %(currency)s only.") % {"currency": key.currency},
            field="currency",
        )
    most = key.charge_ceiling_minor
    if most is not None and amount_minor > most:
        raise OverCeiling(
            "charge_ceiling",
            _("This API key may move at most %(most)s at once.")
            % {"most": money.format_money(most, key.currency)},
            field="amount",
        )
    most = key.day_ceiling_minor
    if most is not None and _moved(actor, act, order) + amount_minor > most:
        raise OverCeiling(
            "day_ceiling",
            _("%(act)s: this API key may move at most %(most)s in 24 hours.")
            % {"act": act.label, "most": money.format_money(most, key.currency)},
            field="amount",
        )


def _moved(actor: Staff, act: Act, order: Order | None) -> int:
    """Minor units of the key's acts of the last 24 hours that took money, hold it, or still may;
    the charge that waits to be sent for ``order`` is left out.
    """
    rows = (
        Operation.objects.filter(actor=actor, kind__in=_KINDS[act], status__in=MOVES_MONEY)
        .alias(at=Coalesce("submitted_at", "created_at"))
        .filter(at__gte=clock.now() - _DAY)
    )
    if order:
        rows = rows.exclude(order=order, status=Status.PREPARED)
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0
