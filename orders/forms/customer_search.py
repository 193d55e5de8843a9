"""The box that finds a customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.text import TextField


class CustomerSearchForm(forms.Form):
    """One field, ``q``; its id differs from that of the search box above every page."""

    q = TextField(
        label=_("Find a customer"),
        max_length=120,
        widget=forms.TextInput(
            attrs={"type": "search", "class": "form-control", "autocomplete": "off", "dir": "auto"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "customer-%s"} | kwargs)
        self.fields["q"].widget.attrs["placeholder"] = _("Name, phone, email or customer number")
