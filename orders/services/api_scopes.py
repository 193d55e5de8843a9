"""What an API key may be allowed to do, and the rights that each scope gives its account."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Staff


@dataclass(frozen=True)
class Scope:
    """A scope by what people read, and the permissions it stands for."""

    label: Promise
    permissions: tuple[str, ...]


SCOPES: dict[str, Scope] = {
    "orders:read": Scope(_("Read its own orders"), ("orders.view_order",)),
    "orders:all": Scope(_("See and act on everybody's orders"), ("orders.view_all_orders",)),
    "orders:paid": Scope(_("Mark orders as paid"), ("orders.mark_paid",)),
    "charges:write": Scope(
        _("Take orders and charge them"), ("orders.take_order", "orders.charge_order")
    ),
    "captures:write": Scope(_("Capture reserved amounts"), ("orders.capture_order",)),
    "voids:write": Scope(_("Void reserved amounts"), ("orders.void_order",)),
    "refunds:write": Scope(_("Refund"), ("orders.refund_order",)),
    "customers:read": Scope(_("Read customers and their cards"), ("orders.view_customer",)),
}
# Two people make a key with one of these, and set its ceilings.
MOVE_MONEY = frozenset({"charges:write", "captures:write", "refunds:write"})


def give(staff: Staff, scopes: list[str]) -> None:
    """Make the rights of ``scopes`` all the rights of a machine's account."""
    wanted = Q(pk__in=())
    for scope in scopes:
        for name in SCOPES[scope].permissions:
            app, codename = name.split(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
    staff.user_permissions.set(Permission.objects.filter(wanted))
