"""The permission to keep a card: what is read for it, how it is answered, and the proof of both."""

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import Refused
from orders.models import Consent, Order, Staff
from orders.services import audit
from orders.services.new_order import NewConsent
from orders.services.scripts import PRESENT, SCRIPTS

SCRIPT_VERSION = PRESENT


def script(language: str, purpose_code: str, version: str = SCRIPT_VERSION) -> str:
    """What every customer hears who is asked for this purpose, without what is agreed with one."""
    lines = SCRIPTS[version][language]
    return " ".join(filter(None, [lines.opening, lines.purposes.get(purpose_code, "")]))


def words(consent: NewConsent) -> str:
    """Everything that was read, ceilings and the last day included."""
    lines = SCRIPTS[consent.script_version][consent.language]
    said = [script(consent.language, consent.purpose_code, consent.script_version)]
    said += [lines.words.format(consent.purpose)] if consent.purpose and lines.words else []
    for line, ceiling_minor in (
        (lines.per_charge, consent.ceiling_per_charge_minor),
        (lines.per_month, consent.ceiling_per_month_minor),
    ):
        if line and ceiling_minor is not None:
            said.append(line.format(money.format_money(ceiling_minor, consent.currency)))
    if lines.ends_on and consent.ends_on:
        with translation.override(consent.language):
            said.append(lines.ends_on.format(date_format(consent.ends_on, "j F Y")))
    return " ".join([*said, lines.closing]).strip()


def words_of(consent: Consent) -> str:
    """What was read to the customer: as kept with the consent, or the sentence of its version
    where it is older than that; "" where neither is known.
    """
    if consent.words or consent.script_version not in SCRIPTS:
        return consent.words
    return script(consent.language, consent.purpose_code, consent.script_version)


def record(order: Order, actor: Staff, consent: NewConsent) -> Consent | None:
    """The consent as given, told in the trail; ``None`` where the customer said no, which is told
    too and keeps nothing. The caller holds the order's lock. Raises ``Refused`` for one that could
    never cover a charge.
    """
    told: dict[str, Any] = {
        "script_version": consent.script_version,
        "language": consent.language,
        "purpose": consent.purpose_code,
        "given_by": consent.given_by,
    }
    if not consent.is_given:
        audit.record(order, "consent_refused", actor=actor, **told)
        return None
    check_end(consent.ends_on)
    check_ceilings(consent.ceiling_per_charge_minor, consent.ceiling_per_month_minor)
    known = consent.script_version in SCRIPTS
    given = Consent.objects.create(
        customer=order.customer,
        agent=actor,
        given_at=clock.now(),
        script_version=consent.script_version,
        language=consent.language,
        words=consent.words or (words(consent) if known else ""),
        given_by=consent.given_by,
        purpose_code=consent.purpose_code,
        purpose=consent.purpose,
        currency=consent.currency,
        ceiling_per_charge_minor=consent.ceiling_per_charge_minor,
        ceiling_per_month_minor=consent.ceiling_per_month_minor,
        ends_on=consent.ends_on,
    )
    told |= {
        "currency": given.currency,
        "ceiling_per_charge_minor": given.ceiling_per_charge_minor,
        "ceiling_per_month_minor": given.ceiling_per_month_minor,
        "ends_on": given.ends_on.isoformat() if given.ends_on else None,
    }
    audit.record(order, "consent_given", actor=actor, **told)
    return given


def check_end(ends_on: date | None) -> None:
    """Raise ``Refused`` where the last day of a permission is over before it begins."""
    if ends_on and ends_on < clock.today():
        raise Refused("consent_over", _("This day is over. Choose a later one."), field="ends_on")


def check_ceilings(per_charge: int | None, per_month: int | None) -> None:
    """Raise ``Refused`` where a month leaves no room for one charge. Minor units of one currency,
    None for no ceiling.
    """
    if per_charge and per_month and per_month < per_charge:
        raise Refused(
            "consent_ceilings", _("This is less than one charge may come to."), field="per_month"
        )
