"""Words of Django's and allauth's pages whose Arabic is missing or poor there: ours holds them.

Nothing reads this module but ``make messages``. A line goes when its library says it well itself.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

WORDS = (
    # Sign-in and the second factor.
    _("The username and/or password you specified are not correct."),
    _("Two-Factor Authentication"),
    _("Authenticator secret"),
    _("Authenticator code"),
    _("Code"),
    _("Incorrect code."),
    _("Enter your password:"),
    _("Enter an authenticator code:"),
    # The administration's pages about a person's password.
    _("Set password: %s"),
    _("Reset password"),
    _("Password-based authentication"),
    _("Password-based authentication was disabled."),
    _("Enable password-based authentication for this user by setting a password."),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they "
        "may still be able to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Conflicting form data submitted. Please try again."),
    _("salt"),
    _("hash"),
    _("Enabled"),
    _("Disabled"),
    # The rule about a password's length.
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        "count",
    ),
)
