"""How much an API key may charge at once and in a day, whatever else its scopes allow."""

from datetime import timedelta

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import OverCeiling
from orders.models import ApiKey, Operation, Order, Staff
from orders.services.new_order import NewOrder
from orders.states import CHARGES, MOVES_MONEY, Status

_DAY = timedelta(days=1)


def check(actor: Staff | None, wanted: NewOrder | Order) -> None:
    """Raise ``OverCeiling`` where ``actor`` is a machine and this charge is more than it may take.

    Runs in the caller's transaction, which has locked the account, so that charges made at the same
    moment are added up one after the other. People pass.
    """
    if actor is None or not actor.is_machine:
        return
    key = ApiKey.objects.filter(staff=actor).exclude(currency="").first()
    if key is None:
        return
    if wanted.currency != key.currency:
        raise OverCeiling(
            "key_currency",
            _("This API key may charge in %(currency)s only.") % {"currency": key.currency},
            field="currency",
        )
    most = key.charge_ceiling_minor
    if most is not None and wanted.amount_minor > most:
        raise OverCeiling(
            "charge_ceiling",
            _("This API key may charge at most %(most)s at once.")
            % {"most": money.format_money(most, key.currency)},
            field="amount",
        )
    most = key.day_ceiling_minor
    if most is not None and _charged(actor, wanted) + wanted.amount_minor > most:
        raise OverCeiling(
            "day_ceiling",
            _("This API key may charge at most %(most)s in 24 hours.")
            % {"most": money.format_money(most, key.currency)},
            field="amount",
        )


def _charged(actor: Staff, wanted: NewOrder | Order) -> int:
    """Minor units of the key's charges of the last 24 hours that took money, hold it, or still may;
    the one that waits to be sent for the wanted order is left out.
    """
    charges = (
        Operation.objects.filter(actor=actor, kind__in=CHARGES, status__in=MOVES_MONEY)
        .alias(at=Coalesce("submitted_at", "created_at"))
        .filter(at__gte=clock.now() - _DAY)
    )
    if isinstance(wanted, Order):
        charges = charges.exclude(order=wanted, status=Status.PREPARED)
    return charges.aggregate(sum=Sum("amount_minor"))["sum"] or 0
