"""The addresses below /api/v1/. Keys guard the calls; the pages are for people who signed in."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from orders.api.pages import docs, openapi, problem
from orders.api.v1 import api

calls = [call for call in api.urls[0] if isinstance(call, URLPattern) and call.name != "api-root"]
for call in calls:
    login_not_required(call.callback)

urlpatterns = [
    path("docs", docs, name="api-docs"),
    path("openapi.json", openapi, name="api-openapi"),
    path("problems/<slug:name>", problem, name="api-problem"),
    *calls,
]
