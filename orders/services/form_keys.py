"""The same form again: it shows what it made the first time, and never makes anything twice."""

from django.utils.translation import gettext as _

from orders.errors import Conflict
from orders.models import Customer, Event, Operation, Order, StoredCard
from orders.models.rare import rare
from orders.services.customer_details import tidy
from orders.services.new_order import NewCustomer, NewOrder


def made_by(form_key: str) -> Operation | None:
    """The operation that this form made before, or ``None``."""
    made = Operation.objects.select_related("order").filter(form_key=form_key)
    return next(iter(rare(made)), None)


def check_same(operation: Operation, new_order: NewOrder, card: StoredCard | None) -> None:
    """Raise ``Conflict`` unless the form that made ``operation`` asked for the same."""
    order = operation.order
    asked = (new_order.amount_minor, new_order.currency, new_order.wants)
    made = (order.amount_minor, order.currency, order.wants)
    if (
        not _is_customer_of(order, new_order.customer)
        or asked != made
        or operation.stored_card_id != (card.pk if card else None)
    ):
        raise key_reused()


def check_same_order(operation: Operation, order: Order) -> None:
    """Raise ``Conflict`` unless the form that made ``operation`` was made for ``order``."""
    if operation.order_id != order.pk:
        raise key_reused()


def key_reused() -> Conflict:
    """The conflict of a form key that made something else before."""
    return Conflict(
        "form_key_reused",
        _("This form was already used for another order. Start a new order."),
    )


def _is_customer_of(order: Order, customer: Customer | NewCustomer) -> bool:
    if isinstance(customer, Customer):
        return order.customer_id == customer.pk
    return order.customer.name == tidy(customer.name) or _was_renamed(order.customer)


def _was_renamed(customer: Customer) -> bool:
    """Whether the name was corrected since: a program that asks again, even months later, still
    says the former one. The trail names the field and not what it held.
    """
    changes = Event.objects.filter(kind="customer_changed", data__customer=customer.number)
    return any("name" in data["fields"] for data in changes.values_list("data", flat=True))
