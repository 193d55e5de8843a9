"""The addresses of the orders application."""

from django.urls import path

from orders.views import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
