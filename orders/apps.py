"""The one application of the office."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Loads what must be known before the first request: system checks, roles and receivers."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register checks and signal receivers; they need the models, so not earlier."""
        autodiscover_modules("checks", "roles", "signals")
