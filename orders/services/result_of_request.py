"""The result of an order while something of it waits for approval, or was not approved.

Nothing that was approved has a result of its own: its capture or refund has.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders import clock
from orders.models import ApprovalRequest, Operation, Order
from orders.services.result import Result, is_fresh
from orders.services.waiting_approvals import approvers
from orders.states import LOOKED_AT_AGAIN, NOT_APPROVED, UNSETTLED, Act, ApprovalStatus, Status

_UNCERTAIN = UNSETTLED | LOOKED_AT_AGAIN
NEWS_S = 3600  # how long the end of a capture or refund that was not approved is told


def result_of_request(
    order: Order, charge: Operation | None, request: ApprovalRequest
) -> Result | None:
    """What the order's newest ``request`` has to say before its ``charge`` does, if it has one. A
    request about something else never speaks for a charge whose end is uncertain.
    """
    is_of_charge = request.act == Act.CHARGE
    if not is_of_charge and charge and charge.status in _UNCERTAIN:
        return None
    if request.is_pending:
        is_held = charge is not None and charge.status == Status.APPROVED
        return _waiting(order, charge, request) if is_held or not is_of_charge else None
    if request.status not in NOT_APPROVED:
        return None
    if not is_of_charge:
        return _not_done(request) if _is_news(order, request) else None
    if charge is None or request.operation_id != charge.pk or order.captured_minor:
        return None
    return _let_go(charge, request) if charge.status in _ENDS else None


def waits_beside(request: ApprovalRequest) -> str:
    """That the request waits, as a sentence beside a result that tells of something else."""
    return _("%(what)s of %(amount)s waits for approval until %(until)s.") % {
        "what": request.get_act_display(),
        "amount": request.amount,
        "until": f"\u2068{_moment(request)}\u2069",
    }


def _waiting(order: Order, charge: Operation | None, request: ApprovalRequest) -> Result:
    is_of_charge = request.act == Act.CHARGE
    told = {
        "what": request.get_act_display(),
        "amount": request.amount,
        "order": order.number,
    }
    held = (
        _("%(amount)s is reserved on the card, not taken.")
        if is_of_charge
        else _("%(what)s of %(amount)s: nothing was sent yet.")
    )
    say = {
        Act.CHARGE: _(
            "%(amount)s is reserved on your card, and not yet taken. We will confirm your order "
            "%(order)s; you need not wait."
        ),
        Act.REFUND: _("Your refund of %(amount)s is being approved. We will contact you."),
    }.get(Act(request.act), "")
    return Result(
        kind="waiting",
        title=_("Waiting for approval"),
        detail=f"{held % told} {_who_may(request)}",
        say=say % told,
        note=_("You may end the call. The office goes on by itself once somebody decides."),
        operation=charge,
        request=request,
        is_fresh=clock.now() - request.requested_at < timedelta(minutes=2),
    )


def _who_may(request: ApprovalRequest) -> str:
    """By whom and until when it can be approved; whom to tell where nobody else has the right."""
    names = ", ".join(str(one) for one in approvers(request))
    told = {"who": f"\u2068{names}\u2069", "until": f"\u2068{_moment(request)}\u2069"}
    if not names:
        return _("Nobody here may approve it: tell an administrator before %(until)s.") % told
    return _("Until %(until)s it can be approved by: %(who)s.") % told


_ENDS = {
    Status.APPROVED: lambda: _("The reserved amount is being let go of."),
    Status.VOIDED: lambda: _("The reserved amount was let go. Nothing was taken."),
    Status.LAPSED: lambda: _("The reserved amount was let go. Nothing was taken."),
    Status.EXPIRED: lambda: _("Nothing was sent to the bank."),
}


def _let_go(charge: Operation, request: ApprovalRequest) -> Result:
    return Result(
        kind="declined",
        title=_("Not approved"),
        detail=f"{why(request)} {_ENDS[Status(charge.status)]()}",
        say=_("We cannot take this payment now. Nothing was taken from your card."),
        operation=charge,
        may_try_other=charge.status != Status.APPROVED,
        is_fresh=is_fresh(charge),
    )


def _not_done(request: ApprovalRequest) -> Result:
    words = {"what": request.get_act_display(), "amount": request.amount, "why": why(request)}
    return Result(
        kind="declined",
        title=_("Not approved"),
        detail=_("%(what)s of %(amount)s: %(why)s") % words,
        note=_("Nothing was sent. What the order holds is unchanged."),
        operation=request.operation,
        is_fresh=True,
    )


def why(request: ApprovalRequest) -> str:
    """Why it was not approved, as a sentence."""
    words = {
        "who": f"\u2068{request.decided_by or request.requested_by}\u2069",
        "reason": f"\u2068{request.decision_reason}\u2069",
    }
    if request.status == ApprovalStatus.REFUSED:
        return _("%(who)s did not approve it: %(reason)s.") % words
    if request.status == ApprovalStatus.WITHDRAWN:
        return _("%(who)s took the request back.") % words
    return _("Nobody approved it in time.")


def _is_news(order: Order, request: ApprovalRequest) -> bool:
    """Whether it ended lately, and nothing was done since."""
    ended = request.decided_at
    if ended is None or clock.now() - ended > timedelta(seconds=NEWS_S):
        return False
    return not order.operations.filter(created_at__gt=ended).exists()


def _moment(request: ApprovalRequest) -> str:
    return date_format(timezone.localtime(request.expires_at), "j M H:i")
