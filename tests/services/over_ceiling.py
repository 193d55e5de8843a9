"""Steps for tests of ceilings and approvals: set a ceiling, ask, look at what waits."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group

from orders.errors import Refused
from orders.models import ApprovalRequest, Ceiling, Operation, Order, Staff
from orders.services import approvals, charge, place
from orders.states import Act, Kind, Reason
from tests import steps
from tests.services.after_sale import wish


def ceiling(
    role: str, act: str, at_once: int | None = None, a_day: int | None = None, currency: str = "AED"
) -> Ceiling:
    """What a role may move by itself, in minor units."""
    group = Group.objects.get(name=role)
    made, _is_new = Ceiling.objects.update_or_create(
        group=group,
        act=act,
        currency=currency,
        defaults={"per_act_minor": at_once, "per_day_minor": a_day},
    )
    return made


def request_of(order: Order) -> ApprovalRequest:
    """The newest request of an order, as it stands now."""
    return order.approvals.select_related("order", "operation", "made").latest("id")


def charge_over(actor: Staff, amount_minor: int = 12_500, **changes: object) -> ApprovalRequest:
    """A charge with a new card over the ceiling of ``actor``'s role: reserved, waiting."""
    operation = steps.charge_new(actor, amount_minor=amount_minor, **changes)
    return request_of(operation.order)


def prepared_over(actor: Staff, **changes: object) -> Operation:
    """One whose card was entered and that nobody sent yet."""
    return steps.enter_card(steps.place_new(actor, **changes))


def sent(actor: Staff, operation: Operation) -> Operation:
    """The prepared charge, sent by ``actor``."""
    return charge.charge(actor=actor, operation=operation)


def ask(kind: Kind, actor: Staff, order: Order, amount_minor: int, **said: str) -> ApprovalRequest:
    """A request for a capture or refund."""
    reasons = {Kind.CAPTURE: Reason.SHIPPED, Kind.REFUND: Reason.RETURNED}
    wanted = wish(amount_minor, **({"reason_code": reasons[kind], "reason": ""} | said))
    return approvals.ask(actor=actor, order=order, kind=kind, wish=wanted)


def limit_charges(at_once: int = 10_000, a_day: int | None = None, role: str = "agent") -> Ceiling:
    """An agent charges up to AED 100.00 by themselves."""
    return ceiling(role, Act.CHARGE, at_once, a_day)


def new_key() -> str:
    """A form key that nobody used."""
    return place.new_form_key()


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The body is refused with that code."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert caught.value.code == code
