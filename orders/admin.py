"""The Django admin: staff accounts, and a place to look at money rows without touching them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.sites import AdminSite
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult

from orders.accounts import unlock
from orders.field_words import FIELD_WORDS
from orders.forms.accounts import PasswordForm
from orders.models import (
    ApprovalRequest,
    Ceiling,
    Consent,
    Customer,
    Event,
    Evidence,
    Operation,
    Order,
    OutsidePayment,
    Receipt,
    Staff,
    StoredCard,
)
from orders.roles import ADMIN_SITE_ROLES, ROLES
from orders.services import audit

admin.site.site_header = admin.site.site_title = "MotoOffice"
admin.site.index_title = gettext_lazy("Staff and records")
admin.site.unregister([Group, EmailAddress, Authenticator, DBTaskResult])


class LookingOnly(admin.ModelAdmin):
    """Rows that only the services may write: shown to whoever may enter, changed by nobody."""

    hidden: tuple[str, ...] = ()
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        for field in self.opts.concrete_fields:
            if isinstance(field.verbose_name, str):  # made from the name, so in no language
                field.verbose_name = FIELD_WORDS.get(field.name, field.verbose_name)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        names = [field.name for field in self.opts.concrete_fields]
        return [name for name in names if name not in self.hidden]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("amount"))
    def amount(self, row: Any) -> str:
        return str(row.amount)


@admin.register(Order)
class OrderAdmin(LookingOnly):
    list_display = ("number", "status", "amount", "source", "taken_at")
    list_filter = ("status", "source", "currency")
    search_fields = ("=reference", "=call_reference", "=slip_number")

    @admin.display(description=gettext_lazy("order"), ordering="pk")
    def number(self, order: Order) -> str:
        return order.number


@admin.register(Operation)
class OperationAdmin(LookingOnly):
    hidden = ("token_name", "form_key")
    list_display = ("merchant_reference", "kind", "status", "amount")
    list_filter = ("kind", "status")
    search_fields = ("=merchant_reference", "=fort_id")


@admin.register(OutsidePayment)
class OutsidePaymentAdmin(LookingOnly):
    hidden = ("form_key",)
    list_display = ("order", "method", "reference", "amount", "received_on", "taken_back_at")
    list_filter = ("method",)
    search_fields = ("=reference",)


@admin.register(Evidence)
class EvidenceAdmin(LookingOnly):
    list_display = ("merchant_reference", "source", "verified", "outcome", "received_at")
    list_filter = ("source", "verified")
    search_fields = ("=merchant_reference",)


@admin.register(Event)
class EventAdmin(LookingOnly):
    list_display = ("chain", "position", "kind", "actor_name", "at")
    search_fields = ("=chain", "=kind")


@admin.register(Customer)
class CustomerAdmin(LookingOnly):
    list_display = ("name", "email", "phone", "city", "country")
    search_fields = ("name", "=email", "=phone")


@admin.register(StoredCard)
class StoredCardAdmin(LookingOnly):
    hidden = ("token_name",)
    list_display = ("__str__", "customer", "brand", "last_four", "state")
    list_filter = ("state", "brand")


@admin.register(Consent)
class ConsentAdmin(LookingOnly):
    list_display = ("__str__",)


@admin.register(Receipt)
class ReceiptAdmin(LookingOnly):
    hidden = ("form_key",)
    list_display = ("operation", "address", "state", "made_at", "sent_at")
    list_filter = ("state",)
    search_fields = ("=address",)


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(LookingOnly):
    hidden = ("form_key", "requested_in")
    list_display = ("__str__", "status", "requested_by", "decided_by")
    list_filter = ("status", "act")


@admin.register(Ceiling)
class CeilingAdmin(LookingOnly):
    list_display = ("__str__", "per_act_minor", "per_day_minor")


@admin.register(Staff)
class StaffAdmin(UserAdmin):
    """Accounts of staff. A leaver is made inactive: the trail goes on naming them."""

    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    actions = ("unlock_sign_in", "remove_second_factor")
    change_password_form = PasswordForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email", "language")}),
        (gettext_lazy("Rights"), {"fields": ("is_active", "groups")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Staff]:
        """People: the account of an API key gets no password, and no right beyond its scopes."""
        return super().get_queryset(request).filter(api_key=None)

    def has_delete_permission(self, request: HttpRequest, obj: Staff | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Staff | None = None) -> bool:
        """A superuser's account is not for others to take over by setting its password."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Staff | None = None) -> Any:
        """Nobody gives rights to themselves."""
        is_own = obj is not None and obj.pk == request.user.pk and not request.user.is_superuser
        return ("groups", "is_active") if is_own else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        staff: Staff = form.instance
        staff.is_staff = staff.is_superuser or (
            staff.groups.filter(name__in=ADMIN_SITE_ROLES).exists()
        )
        staff.save(update_fields=["is_staff"])

    def log_addition(self, request: HttpRequest, obj: Staff, message: Any) -> Any:
        audit.record_account("staff_added", actor=_actor(request), staff=obj.username)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Staff, message: Any) -> Any:
        audit.record_account(
            "staff_changed", actor=_actor(request), staff=obj.username, change=str(message)
        )
        return super().log_change(request, obj, message)

    @admin.action(description=gettext_lazy("Unlock sign-in"), permissions=["change"])
    def unlock_sign_in(self, request: HttpRequest, queryset: QuerySet[Staff]) -> None:
        for staff in queryset:
            unlock(staff.username)
            audit.record_account("sign_in_unlocked", actor=_actor(request), staff=staff.username)
        messages.success(request, _("They may try to sign in again."))

    @admin.action(description=gettext_lazy("Remove second factor"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[Staff]) -> None:
        """For a lost telephone: the person sets up a new factor at the next sign-in."""
        for staff in queryset.filter(is_superuser=False).exclude(
            username=request.user.get_username()
        ):
            Authenticator.objects.filter(user=staff).delete()
            audit.record_account(
                "second_factor_removed", actor=_actor(request), staff=staff.username
            )
        messages.success(request, _("They must set up a new second factor."))


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Groups. The office's five roles are a table in the code and are shown only."""

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        if obj is not None and obj.name in ROLES:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False


def _actor(request: HttpRequest) -> Staff | None:
    return request.user if isinstance(request.user, Staff) else None
