"""The addresses below /api/v1/. Keys guard the calls; the pages are for people who signed in."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern

from orders.api.v1 import api

calls = [call for call in api.urls[0] if isinstance(call, URLPattern) and call.name != "api-root"]
for call in calls:
    login_not_required(call.callback)

urlpatterns = [*calls]
