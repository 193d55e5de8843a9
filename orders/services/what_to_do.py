"""What a person should do about an alarm before closing it."""

from django.utils.translation import gettext as _

from orders.models import Operation
from orders.states import Kind, Status


def what_to_do(kind: str, operation: Operation | None) -> str:
    """A sentence for an alarm of ``kind`` about ``operation`` as it stands now."""
    if operation and operation.status == Status.DUPLICATE:
        return _duplicate(operation)
    if kind == "late_success":
        return _(
            "The order counts this charge now. Tell the customer, and see that nobody took the "
            "money in another way meanwhile."
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


def _duplicate(operation: Operation) -> str:
    sentence = _(
        "Charged twice: refund %(reference)s of %(amount)s in the gateway's own back office, "
        "and note here when it is done."
    )
    if operation.kind == Kind.AUTHORIZATION:
        sentence = _(
            "Reserved twice: void %(reference)s of %(amount)s in the gateway's own back "
            "office, and note here when it is done."
        )
    return sentence % {"reference": operation, "amount": operation.amount}
