"""What a person should do about an alarm before closing it, and about a difference."""

from django.utils.translation import gettext as _

from orders.models import Difference, Operation, OutsidePayment
from orders.services.explain import explain
from orders.services.paid_outside import is_paid_twice
from orders.services.totals import is_given_back
from orders.states import RECIPIENT_REFUSED, Kind, Status


def what_to_do(kind: str, operation: Operation | None, code: str = "") -> str:
    """A sentence for an alarm of ``kind`` about ``operation`` as it stands now. ``code`` is what
    the gateway, or the mail server, said at the time, where the alarm is about that.
    """
    if kind == "receipt_failed":
        return _not_mailed(code)
    if kind == "receipt_perhaps":
        return _(
            "The mail server had it and did not say whether it took it. No program sends it again. "
            "Ask the customer; if it did not come, send it again on the order's page."
        )
    if kind == "webhook_failed":
        return _not_told(code)
    if operation and operation.status == Status.DUPLICATE:
        return _duplicate(operation)
    if kind == "late_success":
        return _(
            "The order counts this charge now. Tell the customer, and see that nobody took the "
            "money in another way meanwhile."
        )
    if kind == "paid_twice":
        return _paid_twice(operation)
    if kind == "set_up_wrong":
        return _set_up(code)
    if kind == "refund_reversed":
        return _(
            "It counts as not refunded any more. Call the customer, and refund again or in another "
            "way."
        )
    if kind == "unapproved_held":
        return _(
            "This was not approved, and the gateway did not let go of the amount. No program tries "
            "again: void it by hand, and close this when it is done."
        )
    if kind == "approved_not_done":
        return _(
            "This was approved, and the gateway did not do it. No program tries again: do it by "
            "hand, or tell the customer that it will not be done."
        )
    if kind == "more_at_gateway":
        return _(
            "Somebody captured or refunded in the gateway's own back office, and its message about "
            "that is missing here. Have it sent again there: the order counts it then. Refund no "
            "more than is left there meanwhile."
        )
    if kind == "contradiction":
        return _(
            "What is proven stays. Compare this order with the gateway's own books, and put right "
            "there what differs."
        )
    return _(
        "The answer was not believed. Compare reference, amount and currency with the gateway's "
        "own books."
    )


def _not_told(problem: str) -> str:
    if problem == "not_written":
        return _(
            "Another program does not know what changed: its message could not be written. It is "
            "told with the order's next change; until then tell whoever runs it. The log says why."
        )
    return _(
        "Another program does not know what changed. Have an administrator mend its address, "
        "and send it again on the webhook's page."
    )


def _not_mailed(code: str) -> str:
    if code == RECIPIENT_REFUSED:
        return _("Ask the customer for the right address, and send it again on the order's page.")
    return _(
        "The mail server did not take it for three days; the address may be right. Tell whoever "
        "runs this office, and send it again on the order's page once mail leaves."
    )


def _paid_twice(operation: Operation | None) -> str:
    order = operation.order if operation else None
    outside = OutsidePayment.objects.standing_of(order) if order else None
    if operation and not is_paid_twice(outside, operation):
        return _("Only one of the two payments is left. Close this.")
    return _(
        "The customer paid twice. Give the card's money back here; or give back what was paid "
        "outside the gateway, and take that payment back on the order's page. Then close this."
    )


def _set_up(code: str) -> str:
    return _(
        "%(meaning)s (%(code)s). Such charges are refused until Amazon Payment Services or your "
        "bank puts the account right. Nothing was charged where an order says Declined."
    ) % {"meaning": explain(code).title, "code": f"\u2068{code}\u2069"}


def what_to_do_about(difference: Difference) -> str:
    """A sentence for a difference from the gateway's report. None of them is to charge again."""
    if difference.what == Difference.What.MISSING_HERE:
        if difference.operation is None:
            return _(
                "No order here explains it. Ask APS: what it confirms is listed under messages "
                "about unknown references. Find whose it is and close it there; this line then "
                "closes by itself."
            )
        return _(
            "It was done at APS, not here, and the order does not count it yet. It does, and this "
            "line closes by itself, once APS's signed message about it arrives."
        )
    if difference.what == Difference.What.MISSING_THERE:
        return _(
            "It is proven here, but not in the report. Ask APS. The signed answer or a later "
            "report closes this line. Do not charge again."
        )
    if difference.what == Difference.What.AMOUNT:
        return _(
            "Ask APS which amount is right. What is proven here stays. Put right in the gateway's "
            "own back office what is wrong there."
        )
    return _(
        "One side says it succeeded, the other does not. Ask APS: only its signed answer counts. "
        "Do not charge again meanwhile."
    )


def _duplicate(operation: Operation) -> str:
    if is_given_back(operation, operation.follow_ups.all()):
        return _("It has been given back whole. Close this.")
    sentence = _(
        "Charged twice: refund %(reference)s of %(amount)s whole, and close this when it is done."
    )
    if operation.kind == Kind.AUTHORIZATION:
        sentence = _(
            "Reserved twice: void %(reference)s of %(amount)s, and close this when it is done."
        )
    return sentence % {"reference": operation, "amount": operation.amount}
