"""Let go of a charge that stays unknown, so that its order can be charged again.

It may still have happened: two people answer for it, and whatever is proven later still counts.
"""

from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Staff
from orders.services import evidence, rules
from orders.services.attend import check_reason
from orders.services.statement import Statement
from orders.services.still_open import free_at

RIGHT = "orders.release_order"


def release(
    *, actor: Staff, second_person: Staff, operation: Operation, typed_reference: str, reason: str
) -> Operation:
    """The unknown charge, released; its order is free for another one.

    ``second_person`` has proven on the same form who they are. Raises ``Refused`` for one person
    alone, a missing right or reason, another reference than the charge's or a charge that is too
    young, and ``Conflict`` when it was settled meanwhile.
    """
    check(actor=actor, operation=operation, typed_reference=typed_reference, reason=reason)
    check_second_person(actor, second_person)
    statement = Statement.of_release(operation, second_person, check_reason(reason))
    return evidence.apply(operation=operation, statement=statement, actor=actor)


def check(*, actor: Staff, operation: Operation, typed_reference: str, reason: str) -> None:
    """Refuse all that can be refused before a second person types a password."""
    rules.may(actor, RIGHT)
    moment = free_at(operation)
    if moment is None:
        raise Conflict("not_unknown", _("Only a charge that is not known yet can be let go of."))
    if clock.now() < moment:
        raise Refused("too_young", _("It is too early. The gateway may still answer."))
    if typed_reference.strip() != operation.merchant_reference:
        raise Refused(
            "other_reference",
            _("This is not the reference of the charge. Type it as it stands above."),
            field="typed_reference",
        )
    check_reason(reason)


def check_second_person(actor: Staff, second_person: Staff) -> None:
    """Refuse one person in two roles, and a second one without the right."""
    sentence = _("This person does not have the right to let go of a charge.")
    rules.other_person(actor, second_person, RIGHT, sentence=sentence)
