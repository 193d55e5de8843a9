"""Who may do what: the five roles as data, kept as Django groups.

The groups are made, and brought back to this table, after every migration. A merchant who wants
another mixture makes a group of another name.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Staff

_DAILY = (
    "orders.take_order",
    "orders.charge_order",
    "orders.mark_paid",
    "orders.send_receipt",
    "orders.view_order",
    "orders.view_customer",
    "orders.add_customer",
    "orders.change_customer",
)
ROLES: dict[str, tuple[str, ...]] = {
    "agent": _DAILY,
    "clerk": (*_DAILY, "orders.run_repeat", "orders.view_repeatrun"),
    "supervisor": (
        *_DAILY,
        "orders.run_repeat",
        "orders.view_repeatrun",
        "orders.view_all_orders",
        "orders.capture_order",
        "orders.void_order",
        "orders.refund_order",
        "orders.release_order",
        "orders.record_outside_payment",
        "orders.charge_beside_unknown",
        "orders.charge_in_pause",
        "orders.unlock_charging",
        "orders.approve_order",
        "orders.export_orders",
        "orders.view_attention",
        "orders.view_audit",
        "orders.view_ceiling",
    ),
    "auditor": (
        "orders.view_order",
        "orders.view_all_orders",
        "orders.view_repeatrun",
        "orders.view_customer",
        "orders.view_attention",
        "orders.view_audit",
        "orders.view_ceiling",
    ),
    "admin": (
        "orders.view_ceiling",
        "orders.change_ceiling",
        "orders.view_staff",
        "orders.add_staff",
        "orders.change_staff",
        "auth.view_group",
        "auth.add_group",
        "auth.change_group",
        "orders.manage_api_keys",
        "orders.manage_webhooks",
    ),
}
_WORDS = {
    "agent": _("Agent"),
    "clerk": _("Clerk"),
    "supervisor": _("Supervisor"),
    "auditor": _("Auditor"),
    "admin": _("Administrator"),
}
# Roles that may open the Django admin.
ADMIN_SITE_ROLES = {"admin", "auditor"}


def give(staff: Staff, role: str) -> None:
    """Make `role` the one role of a member of staff."""
    staff.groups.set([Group.objects.get(name=role)])
    staff.is_staff = role in ADMIN_SITE_ROLES
    staff.save(update_fields=["is_staff"])


def role_words(name: str) -> str:
    """What a role is called in the reader's language; another group by its own name."""
    return str(_WORDS.get(name, name))


def set_up_groups(using: str, **kwargs: Any) -> None:
    """Bring the five groups in line with the table, once their permissions exist."""
    for role, names in ROLES.items():
        group, _created = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set(_permissions(names, using))


def _permissions(names: tuple[str, ...], using: str) -> list[Permission]:
    """The permissions of those names; ``LookupError`` names one that does not exist."""
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    found = list(Permission.objects.using(using).filter(wanted).select_related("content_type"))
    missing = set(names) - {f"{one.content_type.app_label}.{one.codename}" for one in found}
    if missing:
        raise LookupError(f"no such permission: {', '.join(sorted(missing))}")
    return found
