"""Refusals that no other card will change: the account at the gateway is set up wrongly.

The first becomes an alarm for a supervisor; while that is open no other is raised. After some in a
row nothing more is charged, until a charge that was still under way gets through or a supervisor
tries again. An answered question does not count: it needs no bank, and would prove too little.
"""

import logging

from django.conf import settings
from django.db import Error, transaction

from orders.gateway import MESSAGES
from orders.models import Breaker, Event, Operation, Order, Staff
from orders.models.breakers import SET_UP
from orders.services import advice, audit, breaker, rules
from orders.services.meanings import MEANINGS

log = logging.getLogger(__name__)

ALARM = "set_up_wrong"
_SECURE_CHECK = "064"  # an order by phone or post can never pass it, whatever the card
_WORKED = frozenset({"success", "declined", "fraud", "limit"})


def is_wrong(response_code: str) -> bool:
    """Whether the code of five digits tells of the account's set-up, not of a card or a caller."""
    message = MESSAGES.get(response_code[2:])
    wrong = message is not None and message.kind == "configuration"
    return wrong or response_code[2:] == _SECURE_CHECK


def is_for_every_card(response_code: str) -> bool:
    """Whether the next charge would be refused as well, whatever its card and currency."""
    code = response_code[2:]
    return is_wrong(response_code) and (code == _SECURE_CHECK or MEANINGS[code][1] is advice.SET_UP)


def tell(order: Order, operation: Operation, response_code: str) -> None:
    """Raise the alarm unless one is open. The caller holds the order's lock."""
    if not is_wrong(response_code):
        return
    if not Event.objects.filter(kind=ALARM, acknowledgement=None).exists():
        audit.record(order, ALARM, operation=operation, code=response_code)


def heard(response_code: str) -> None:
    """Note the signed code that a charge, or what follows one, was answered with; "" for none. The
    caller has no transaction open.
    """
    try:
        if is_for_every_card(response_code):
            if breaker.count(SET_UP, response_code):
                log.warning("the account is refused (%s): nothing more is charged", response_code)
        elif _works(response_code):
            breaker.clear(SET_UP)
    except Error:
        log.exception("the breaker cannot be written")


def try_again(*, actor: Staff) -> bool:
    """Let charges go again because a supervisor says so; the next that is refused for the same
    reason stops them at once. ``False`` when nothing was stopped.
    """
    rules.may(actor, "orders.view_attention", "orders.release_order")
    with transaction.atomic(durable=True):
        row = Breaker.objects.filter(cause=SET_UP, opened_at__isnull=False)
        if not row.update(failures=settings.RESOLVE_BREAKER_AFTER - 1, opened_at=None):
            return False
        audit.record_account("charging_tried_again", actor=actor)
    return True


def _works(response_code: str) -> bool:
    message = MESSAGES.get(response_code[2:])
    return message is not None and message.kind in _WORKED
