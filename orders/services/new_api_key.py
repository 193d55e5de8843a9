"""An API key as somebody wants it, and what has to hold before one is made."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import Refused
from orders.models import Staff
from orders.services import rules
from orders.services.api_scopes import MOVE_MONEY, SCOPES
from orders.services.waiting_approvals import RIGHT as APPROVES

RIGHT = "orders.manage_api_keys"
MOST_REQUESTS_A_MINUTE = 6_000


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key as somebody wants it. Ceilings are minor units of ``currency``, None for no ceiling;
    ``addresses`` are networks, none for any.
    """

    name: str
    scopes: Sequence[str]
    currency: str = ""
    charge_ceiling_minor: int | None = None
    day_ceiling_minor: int | None = None
    addresses: Sequence[str] = ()
    requests_a_minute: int = 120
    expires_at: datetime | None = None

    @property
    def moves_money(self) -> bool:
        """Whether it may charge, capture or refund: two people make such a key, with ceilings."""
        return bool(MOVE_MONEY & set(self.scopes))


def check(*, actor: Staff, new_key: NewKey) -> None:
    """Refuse all that can be refused before a second person types a password."""
    rules.may(actor, RIGHT)
    if not new_key.name.strip():
        raise Refused("name_missing", _("Say who uses the key."), field="name")
    if not new_key.scopes or not set(new_key.scopes) <= set(SCOPES):
        raise Refused("scopes_unknown", _("Choose what the key may do."), field="scopes")
    _check_ceilings(new_key)
    if not 1 <= new_key.requests_a_minute <= MOST_REQUESTS_A_MINUTE:
        raise Refused(
            "requests_range",
            _("Choose between 1 and %(most)d.") % {"most": MOST_REQUESTS_A_MINUTE},
            field="requests_a_minute",
        )
    if new_key.expires_at and new_key.expires_at <= clock.now():
        raise Refused("expires_past", _("Choose a day to come."), field="expires_on")
    for one in new_key.addresses:
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise Refused(
                "address_format",
                _("Type addresses or networks like 192.0.2.0/24, one on each line."),
                field="addresses",
            ) from None


def check_second_person(actor: Staff, second_person: Staff | None) -> None:
    """Refuse nobody, one person in two roles, and a second one who answers for no keys or money."""
    if second_person is None:
        raise Refused(
            "second_missing",
            _("A second person has to agree to a key that moves money."),
            field="second_username",
        )
    sentence = _("This person may not agree to API keys.")
    rules.other_person(actor, second_person, RIGHT, APPROVES, sentence=sentence)


def _check_ceilings(new_key: NewKey) -> None:
    ceilings = {
        "charge_ceiling": new_key.charge_ceiling_minor,
        "day_ceiling": new_key.day_ceiling_minor,
    }
    missing = [name for name, one in ceilings.items() if one is None]
    if new_key.moves_money and missing:
        raise Refused(
            "ceilings_missing",
            _("A key that may charge, capture or refund needs a currency and both ceilings."),
            field=missing[0] if new_key.currency else "currency",
        )
    if len(missing) < len(ceilings) and new_key.currency not in settings.CURRENCIES:
        raise Refused("currency_unknown", _("Choose a currency from the list."), field="currency")
    for name, one in ceilings.items():
        if one is not None and not 0 < one <= money.MAX_MINOR:
            raise Refused("ceiling_range", _("This ceiling cannot be."), field=name)
