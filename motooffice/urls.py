"""The addresses of the office: our pages, sign-in, the Django admin and the language switch."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language

# The admin's own sign-in page knows no second factor; the office's does.
admin.site.login = login_not_required(secure_admin_login(admin.site.login))  # type: ignore[method-assign]


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Answer 404 for pages of the sign-in library that the office does not offer."""
    raise Http404


urlpatterns = [
    # Accounts are made by an administrator, and addresses are kept there too.
    re_path(r"^accounts/(?:signup|email|confirm-email)/", closed),
    path("accounts/", include("allauth.urls")),
    # One page changes passwords: the one that the audit trail hears of.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("api/v1/", include("orders.api.urls")),
    path("", include("orders.urls")),
]
