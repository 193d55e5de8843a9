"""What a result is: the banner of an order, the words to say, and the steps it allows.

``services.result_of_order`` makes one from the rows; nothing here decides about money.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import clock
from orders.models import ApprovalRequest, Operation

ASKED_S = 60  # how long beyond a charge's own deadline an open page goes on asking
FRESH_S = 120


@dataclass(frozen=True, kw_only=True)
class Result:
    """What to show and say about an order now.

    ``kind`` names the frame (approved, reserved, declined, waiting, unknown, closed, outside),
    ``symbol`` the icon of the last two. ``say`` is read to the caller, ``say_later`` once 40
    seconds have passed without an answer, ``note`` is for staff. ``request`` is the request for
    approval that it tells of. The ``may_…`` tell what the order
    allows, whoever looks; ``may_charge`` means that a card waits for it, ``may_send_again`` that
    the same request may go out once more. ``is_open``: the outcome may still come. ``is_asked``:
    the page asks by itself. ``is_fresh``: it came just now.
    """

    kind: str
    title: str
    detail: str = ""
    say: str = ""
    say_later: str = ""
    note: str = ""
    symbol: str = ""
    operation: Operation | None = None
    request: ApprovalRequest | None = None
    may_enter_card: bool = False
    may_try_same: bool = False
    may_try_other: bool = False
    may_charge: bool = False
    may_send_again: bool = False
    may_mark_paid: bool = False
    is_open: bool = False
    is_asked: bool = False
    is_fresh: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the order holds its money and nothing is left to press."""
        holds = {"approved", "reserved", "waiting", "outside"}
        return self.kind in holds and not self.may_mark_paid


def since(operation: Operation) -> str:
    """Who works on it and since when, as a sentence: " By Layla Haddad, since 10:42:07."."""
    moment = timezone.localtime(operation.submitted_at or operation.created_at)
    who = operation.actor or _("the system")
    when = moment.strftime("%H:%M:%S" if _is_today(operation) else "%Y-%m-%d %H:%M")
    # The isolates keep a name of the other direction from turning the sentence round.
    return " " + _("By %(who)s, since %(when)s.") % {
        "who": f"\u2068{who}\u2069",
        "when": f"\u2068{when}\u2069",
    }


def is_fresh(operation: Operation) -> bool:
    """Whether the operation was settled just now, so that its result is news to the person."""
    settled_at = operation.settled_at
    return settled_at is not None and clock.now() - settled_at < timedelta(seconds=FRESH_S)


def is_asked(operation: Operation) -> bool:
    """Whether the operation was sent so recently that somebody may be holding the line."""
    sent_at = operation.submitted_at
    limit = timedelta(seconds=settings.CHARGE_DEADLINE_S + ASKED_S)
    return sent_at is not None and clock.now() - sent_at < limit


def _is_today(operation: Operation) -> bool:
    moment = operation.submitted_at or operation.created_at
    return timezone.localdate(moment) == clock.today()
