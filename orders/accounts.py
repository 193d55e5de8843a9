"""What the office asks of django-allauth: closed doors, shared limits and encrypted secrets."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from orders import origin
from orders.models import Staff
from orders.services import audit
from orders.services.sealing import cipher

MONEY = "money"  # what giving money back is called where a password is asked for again
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for staff only: accounts are made by an administrator, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return origin.current().ip or "unknown"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for the password again, but not of somebody who typed it a moment ago. A change of
        factors asks only those who have one; giving money back asks everybody.
        """
        user = self.request.user
        if app != MONEY and not Authenticator.objects.filter(user_id=user.pk).exists():
            return False
        records = get_authentication_records(self.request, user)
        signed_in_at = records[-1]["at"] if records else 0
        return bool(time.time() - signed_in_at >= app_settings.REAUTHENTICATION_TIMEOUT)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            name = str(credentials.get("username", ""))
            audit.record_account("sign_in_locked", actor=known(name))
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One limit an account, whatever name the office was reached by."""
        return limit_key(str(credentials.get("username", "")))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors whose secrets are of no use to a reader of the database."""

    def encrypt(self, text: str) -> str:
        return cipher(settings.SECOND_FACTOR_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher(settings.SECOND_FACTOR_KEY).decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Staff) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor of somebody who must have one."""
        if not settings.REQUIRE_SECOND_FACTOR or authenticator.type not in FACTORS:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())


def known(username: str) -> Staff | None:
    """The member of staff of that name. What else is typed there may be somebody's password."""
    return Staff.objects.filter(username__iexact=username).first()


def second_person(request: HttpRequest, username: str, password: str) -> Staff | None:
    """Who proves on another person's form to be ``username``, or None.

    Nobody is signed in by it. It counts against the limit of that account's sign-ins, and the
    trail notes refusals as it notes theirs. Raises ``ValidationError`` once the limit is reached.
    """
    adapter = get_adapter(request)
    found = adapter.authenticate(request, username=username, password=password)
    return found if isinstance(found, Staff) else None


def unlock(username: str) -> None:
    """Forget the failed sign-ins of an account, so that its owner may try again at once."""
    ratelimit.clear(None, action="login_failed", key=limit_key(username))


def limit_key(username: str) -> str:
    return f"sign-in:{username.lower()}"
