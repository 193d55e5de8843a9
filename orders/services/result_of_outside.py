"""The result of an order that was paid outside the gateway. It never looks like a charge."""

from django.utils.translation import gettext as _

from orders.models import Order, OutsidePayment
from orders.services.result import Result
from orders.states import OutsideMethod

# The icons of payments outside the gateway: none of them is that of an order that is paid.
SYMBOLS = {
    OutsideMethod.CASH: "cash-stack",
    OutsideMethod.CHEQUE: "file-earmark-text",
    OutsideMethod.TRANSFER: "bank",
}


def result_of_outside(order: Order, payment: OutsidePayment) -> Result:
    """The result of ``order``, for which ``payment`` stands and no card holds any money."""
    told = {
        "reference": f"\u2068{payment.reference}\u2069",
        "day": f"\u2066{payment.received_on.isoformat()}\u2069",
        "who": f"\u2068{payment.recorded_by}\u2069",
        "amount": payment.amount,
        "order": order.number,
    }
    return Result(
        kind="outside",
        symbol=SYMBOLS[OutsideMethod(payment.method)],
        title=str(payment.words),
        detail=_(
            "Outside the gateway: %(reference)s, received on %(day)s, recorded by %(who)s. The "
            "gateway confirms nothing of it."
        )
        % told,
        say=_("We have noted your payment of %(amount)s for order %(order)s. Thank you.") % told,
    )
