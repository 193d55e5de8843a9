"""The addresses of the orders application."""

from django.urls import path

from orders.views import health
from orders.views.card_return import card_return
from orders.views.feedback import feedback

urlpatterns = [
    path("orders/card-return/", card_return, name="card-return"),
    path("gateway/feedback/", feedback, name="feedback"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
