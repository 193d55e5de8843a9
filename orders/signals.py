"""Writes what happens at the door into the audit trail: sign-ins, refusals, factors, passwords."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from orders.accounts import known
from orders.models import Staff
from orders.services import audit


@receiver(user_logged_in)
def note_sign_in(sender: Any, user: Staff, **kwargs: Any) -> None:
    audit.record_account("signed_in", actor=user)


@receiver(user_logged_out)
def note_sign_out(sender: Any, user: Staff | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record_account("signed_out", actor=user)


@receiver(user_login_failed)
def note_refused_sign_in(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Name the account if there is one; never what was typed, which may be a password."""
    account = known(str(credentials.get("username", "")))
    audit.record_account("sign_in_refused", actor=account, actor_name="" if account else "nobody")


@receiver(password_changed)
@receiver(password_reset)
def note_password(sender: Any, user: Staff, **kwargs: Any) -> None:
    audit.record_account("password_changed", actor=user)


@receiver(authenticator_added)
@receiver(authenticator_reset)
def note_factor_added(sender: Any, user: Staff, authenticator: Any, **kwargs: Any) -> None:
    audit.record_account("second_factor_set", actor=user, factor=str(authenticator.type))


@receiver(authenticator_removed)
def note_factor_removed(sender: Any, user: Staff, authenticator: Any, **kwargs: Any) -> None:
    audit.record_account("second_factor_removed", actor=user, factor=str(authenticator.type))


@receiver(authentication_failed)
def note_factor_refused(sender: Any, user: Staff, **kwargs: Any) -> None:
    audit.record_account("second_factor_refused", actor=user)
