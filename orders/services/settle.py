"""Two people settle what no program can: they saw it in the gateway's own books.

Of a capture, void or refund whose end stays unknown they say whether it happened; of a refund that
the gateway took back, and of an old reservation, that it is gone. Their word is evidence like any
other, through the same door, with both names.
"""

import re

from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Staff
from orders.services import evidence, rules
from orders.services.attend import check_reason
from orders.services.release import RIGHT, check_second_person
from orders.services.statement import Statement
from orders.services.still_open import settles_from
from orders.states import CHARGES, Status

_FORT_ID = re.compile(r"[0-9]{10,20}", re.ASCII)


def settle(
    *,
    actor: Staff,
    second_person: Staff,
    operation: Operation,
    happened: bool,
    seen_fort_id: str,
    reason: str,
) -> Operation:
    """The operation as two people saw it. ``seen_fort_id`` is the number under which the gateway's
    books show it, needed where it happened.

    Raises ``Refused`` for one person alone, a missing right, reason or number, or too early, and
    ``Conflict`` when it was settled meanwhile.
    """
    words = {"happened": happened, "seen_fort_id": seen_fort_id, "reason": reason}
    check(actor=actor, operation=operation, **words)  # type: ignore[arg-type]
    check_second_person(actor, second_person)
    statement = Statement.of_people(
        operation,
        happened=happened,
        fort_id=seen_fort_id.strip(),
        second=second_person,
        reason=check_reason(reason),
    )
    return evidence.apply(operation=operation, statement=statement, actor=actor)


def check(
    *, actor: Staff, operation: Operation, happened: bool, seen_fort_id: str, reason: str
) -> None:
    """Refuse all that can be refused before a second person types a password."""
    rules.may(actor, RIGHT)
    moment = settles_from(operation)
    if moment is None:
        raise Conflict("not_open", _("There is nothing to settle here."))
    if clock.now() < moment:
        raise Refused("too_young", _("It is too early. The gateway may still answer."))
    if operation.status == Status.APPROVED and happened:
        raise Refused("proven_already", _("It counts already. Say what is not so."))
    _check_fort_id(operation, seen_fort_id.strip(), needed=happened)
    check_reason(reason)


def _check_fort_id(operation: Operation, fort_id: str, *, needed: bool) -> None:
    """Refuse a number that cannot be the gateway's, or is that of another payment."""
    if not fort_id and not needed:
        return
    if not _FORT_ID.fullmatch(fort_id):
        raise Refused(
            "fort_id_format",
            _("Type the number that the gateway's books show for it, digits only."),
            field="seen_fort_id",
        )
    mine = operation.parent_id or operation.pk
    others = Operation.objects.filter(kind__in=CHARGES, fort_id=fort_id).exclude(pk=mine)
    if others.exists():
        raise Refused(
            "fort_id_of_another",
            _("This is the number of another payment. Look again."),
            field="seen_fort_id",
        )
