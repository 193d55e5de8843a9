"""Letting go of a charge: its reference, the reason, and a second person's name and password."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.reason import ReasonForm
from orders.forms.second_person import SecondPersonForm
from orders.forms.text import TextField


class ReleaseForm(ReasonForm, SecondPersonForm):
    """What ``services.release`` asks for."""

    typed_reference = TextField(
        label=_("Reference of the charge"),
        required=True,
        max_length=40,
        help_text=_("Type it as it stands above."),
        error_messages={"required": _("Type the reference of the charge.")},
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )

    field_order = ["reason", "typed_reference", "second_username", "second_password"]
