"""Ceilings of the demo's roles, and two charges over them: one that waits, one that was refused."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group

from orders import clock, money
from orders.models import Order, Staff, StoredCard
from orders.purposes import Purpose
from orders.services import approvals, ceiling_changes, charge, place
from orders.services.new_order import NewOrder
from orders.states import Act, Source

# By role and act: at once and in a day, in whole currency; dinars count for more.
CEILINGS = (
    ("agent", Act.CHARGE, 5_000, 100_000),
    ("clerk", Act.CHARGE, 5_000, 100_000),
    ("agent", Act.OVERRIDE, 2_500, None),
    ("supervisor", Act.REFUND, 10_000, 50_000),
)
DINARS_WORTH = 10
REFUSED_AGO, WAITING_AGO = timedelta(minutes=24), timedelta(minutes=7)


def set_ceilings(staff: dict[str, Staff]) -> None:
    """Give the roles their ceilings in every currency, as an admin and a supervisor agreed."""
    for role, act, at_once, a_day in CEILINGS:
        for currency in settings.CURRENCIES:
            ceiling_changes.change(
                actor=staff["admin"],
                second_person=staff["supervisor"],
                group=Group.objects.get(name=role),
                currency=currency,
                act=act,
                per_act_minor=_minor(at_once, currency),
                per_day_minor=_minor(a_day, currency),
            )


def tell(staff: dict[str, Staff]) -> list[Order]:
    """Two orders over the agent's ceiling: one that was refused, and one that waits."""
    now = clock.now()
    with clock.at(now - REFUSED_AGO):
        refused = _over_ceiling(staff["agent"], "Ten brass coffee pots", 6)
    with clock.at(now - REFUSED_AGO + timedelta(minutes=5)):
        approvals.refuse(
            actor=staff["supervisor"],
            request=refused.approvals.get(),
            reason="The customer could not be called back",
        )
    with clock.at(now - WAITING_AGO):
        return [refused, _over_ceiling(staff["agent"], "Gifts for an office, 40 boxes", 8)]


def _over_ceiling(agent: Staff, goods: str, thousands: int) -> Order:
    # Kept for orders of any size and in any currency.
    kept = StoredCard.objects.filter(consent__purpose_code=Purpose.ORDERS, consent__ends_on=None)
    card = kept.order_by("pk")[thousands]
    currency = settings.CURRENCIES[0]
    amount_minor = _minor(thousands * 1_000, currency)
    placed = place.place_order(
        actor=agent,
        form_key=place.new_form_key(),
        stored_card=card,
        new_order=NewOrder(
            source=Source.PHONE,
            customer=card.customer,
            amount_minor=amount_minor or 0,
            currency=currency,
            description=goods,
            call_reference=f"CALL-{7_000 + thousands}",
        ),
    )
    return charge.proceed(placed).order


def _minor(whole: int | None, currency: str) -> int | None:
    places = money.exponent(currency)
    if whole is None:
        return None
    return (whole // DINARS_WORTH if places == 3 else whole) * 10**places
