"""What a customer may allow a card to be kept for, and who may start a charge for it, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Initiator(TextChoices):
    """Who started a charge to a stored card."""

    CUSTOMER = "customer", _("The customer, now")
    MERCHANT = "merchant", _("Us, under the agreement")


class Purpose(TextChoices):
    """What a customer allowed a card to be kept for."""

    ORDERS = "orders", _("Orders they ask for")
    REGULAR = "regular", _("Regular deliveries and refills")
    INSTALMENTS = "instalments", _("Instalments of what was ordered")
    LATER_COSTS = "later_costs", _("Costs that come later: damage, no-show, changes")


# Who may start a charge for each purpose. A permission from before there was a list ("") was given
# for orders the customer places.
STARTS: dict[str, frozenset[Initiator]] = {
    "": frozenset({Initiator.CUSTOMER}),
    Purpose.ORDERS: frozenset({Initiator.CUSTOMER}),
    Purpose.REGULAR: frozenset({Initiator.CUSTOMER, Initiator.MERCHANT}),
    Purpose.INSTALMENTS: frozenset({Initiator.CUSTOMER, Initiator.MERCHANT}),
    Purpose.LATER_COSTS: frozenset({Initiator.MERCHANT}),
}
