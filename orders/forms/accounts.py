"""Forms of the sign-in library and of Django whose words would stay English."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, SetUnusablePasswordMixin
from django.utils.translation import gettext_lazy as _


class AddKeyForm(AddWebAuthnForm):
    """A new security key; the library's form has no word for its one field."""

    name = forms.CharField(label=_("Name of the key"), required=False)


class EditKeyForm(EditWebAuthnForm):
    """The name of a security key."""

    name = forms.CharField(label=_("Name of the key"))


class PasswordForm(AdminPasswordChangeForm):
    """A new password for somebody. Django's own hint is made before a language is chosen."""

    usable_password_help_text = SetUnusablePasswordMixin.usable_password_help_text  # type: ignore[assignment]
