"""Whether anything may be sent to the gateway now: asked before a charge is stored or claimed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.errors import Refused
from orders.models.breakers import SET_UP, SILENCE
from orders.services import wire_room
from orders.services.breaker import open_causes

NOTICES: dict[str, Promise] = {
    SILENCE: gettext_lazy(
        "The payment gateway does not answer. Nothing can be charged until it is back. The office "
        "asks again and again, and this notice goes away by itself."
    ),
    SET_UP: gettext_lazy(
        "The gateway refuses every charge because our account is set up wrongly. Nothing can be "
        "charged until that is put right. A supervisor can try again under Needs attention."
    ),
}


_COMPARED = gettext_lazy(
    "No card is charged now: the office's books are being compared with the gateway's. Take the "
    "order down and ask a supervisor."
)


def notices() -> list[Promise]:
    """A sentence for staff for every reason why nothing can be charged now."""
    causes = open_causes()
    said = [sentence for cause, sentence in NOTICES.items() if cause in causes]
    return [_COMPARED, *said] if settings.RECONCILE_FIRST else said


def check() -> None:
    """Raise ``Refused``, with what to tell the caller, while nothing may be sent: also when an
    operator compares the books after a restore.
    """
    if settings.RECONCILE_FIRST:
        raise Refused("reconcile_first", str(_COMPARED))
    causes = open_causes()
    if SILENCE in causes:
        raise Refused("gateway_away", away())
    if SET_UP in causes:
        raise Refused(
            "account_refused",
            _(
                "Nothing was sent and nothing was charged: the gateway refuses our account. What "
                "you typed is kept. Offer to call back, and tell a supervisor."
            ),
        )


def away() -> str:
    """What an agent does while the gateway does not answer."""
    return _(
        "Nothing was sent and nothing was charged: the payment gateway does not answer. What you "
        "typed is kept. Ask the caller to wait a minute, or offer to call back."
    )


@contextmanager
def claiming(form_key: str, *, sends: bool = True) -> Iterator[None]:
    """Around the commit that claims a request: refused before it, by ``check`` or for want of
    room on the wire, where it ``sends`` at once.
    """
    check()
    if not sends:
        yield
        return
    with wire_room.claimed(form_key):
        yield
