"""The one application of the office."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules, import_string
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Loads what must be known before the first request: system checks and signal receivers."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register checks and signal receivers; they need the models, so not earlier."""
        autodiscover_modules("checks", "database_checks", "signals")
        # Connected here and not where it stands: it must come after the receiver of
        # django.contrib.auth that makes the permissions.
        post_migrate.connect(import_string("orders.roles.set_up_groups"), sender=self)
