"""Letting go of a charge: its reference, the reason, and a second person's name and password."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.reason import ReasonForm
from orders.forms.text import TextField


class ReleaseForm(ReasonForm):
    """What ``services.release`` asks for. The password is never shown again."""

    typed_reference = TextField(
        label=_("Reference of the charge"),
        required=True,
        max_length=40,
        help_text=_("Type it as it stands above."),
        error_messages={"required": _("Type the reference of the charge.")},
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    second_username = TextField(
        label=_("Second person's username"),
        required=True,
        max_length=150,
        help_text=_("Another person with the same right, here at this screen."),
        error_messages={"required": _("A second person has to agree.")},
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
    )
    second_password = forms.CharField(
        label=_("Second person's password"),
        strip=False,
        max_length=200,
        help_text=_("They type it themselves. Nobody is signed in by it."),
        error_messages={"required": _("The second person types the password.")},
        widget=forms.PasswordInput(attrs={"dir": "ltr"}),
    )

    field_order = ["reason", "typed_reference", "second_username", "second_password"]
