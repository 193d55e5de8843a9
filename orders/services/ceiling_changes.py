"""Ceilings are changed by two people, and the trail keeps what they were before."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from orders.errors import Refused
from orders.models import Ceiling, Staff
from orders.services import audit, rules
from orders.services.waiting_approvals import RIGHT as APPROVES
from orders.states import Act

RIGHT = "orders.change_ceiling"


def change(
    *,
    actor: Staff,
    second_person: Staff,
    group: Group,
    currency: str,
    act: str,
    per_act_minor: int | None,
    per_day_minor: int | None,
) -> None:
    """The group's ceiling is so much at once and in a day, in minor units; without both it has
    none. ``second_person`` has proven on the same form who they are.

    Raises ``Refused`` for one person alone, and without a right.
    """
    check(actor=actor, currency=currency, act=act)
    sentence = _("This person may not agree to ceilings.")
    rules.other_person(actor, second_person, RIGHT, APPROVES, sentence=sentence)
    new = {"per_act_minor": per_act_minor, "per_day_minor": per_day_minor}
    with transaction.atomic(durable=True):
        rows = Ceiling.objects.select_for_update().filter(group=group, currency=currency, act=act)
        row = rows.first()
        old = {name: getattr(row, name, None) for name in new}
        if per_act_minor is None and per_day_minor is None:
            rows.delete()
        else:
            Ceiling.objects.update_or_create(
                group=group, currency=currency, act=act, defaults=dict(new)
            )
        audit.record_account(
            "ceiling_changed",
            actor=actor,
            role=group.name,
            act=act,
            currency=currency,
            old=old,
            new=new,
            second_person=str(second_person),
        )


def check(*, actor: Staff, currency: str, act: str) -> None:
    """Refuse all that can be refused before a second person types a password."""
    rules.may(actor, RIGHT)
    if currency not in settings.CURRENCIES:
        raise Refused("currency_unknown", _("Choose a currency from the list."), field="currency")
    if act not in Act.values:
        raise Refused("act_unknown", _("Choose from the list."), field="act")
