"""The permission of each demo customer to keep their card: for orders they place, or, for every
third of them, for regular deliveries up to a ceiling a month; some end soon.
"""

from datetime import timedelta

from orders import clock, money
from orders.models import Consent, Staff, StoredCard
from orders.purposes import Purpose
from orders.services import consents
from orders.services.new_order import NewConsent

CEILING = 20_000  # a month, in whole units: more than anybody in the story orders
LASTS = timedelta(days=20)


def allow(card: StoredCard, number: int, *, currency: str, agent: Staff, days: int) -> Consent:
    """The consent of customer ``number`` for ``card``, given now; ``days`` is how long the story
    lasts.
    """
    is_regular = number % 3 == 0
    said = NewConsent(
        script_version=consents.SCRIPT_VERSION,
        language=card.customer.language,
        given_by=f"Call {4000 + number}",
        purpose="",
        purpose_code=Purpose.REGULAR if is_regular else Purpose.ORDERS,
        currency=currency if is_regular else "",
        ceiling_per_month_minor=CEILING * 10 ** money.exponent(currency) if is_regular else None,
        ends_on=clock.today() + timedelta(days=days) + LASTS if number % 7 == 0 else None,
    )
    return Consent.objects.create(
        card=card,
        customer=card.customer,
        script_version=said.script_version,
        language=said.language,
        words=consents.words(said),
        given_by=said.given_by,
        purpose_code=said.purpose_code,
        currency=said.currency,
        ceiling_per_month_minor=said.ceiling_per_month_minor,
        ends_on=said.ends_on,
        agent=agent,
        given_at=clock.now(),
    )
