"""A second person who agrees at the same screen, by name and password."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.refusing import RefusingForm, dress
from orders.forms.text import TextField


class SecondPersonForm(RefusingForm):
    """Who agrees, for ``views.second_person``. The password is never shown again."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
