"""What is written down about a customer. The rules are the service's; here are the words."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders.forms.refusing import RefusingForm
from orders.forms.text import TextField
from orders.models import Customer
from orders.services.customer_details import FIELDS, LONGEST


class CustomerForm(RefusingForm):
    """A customer's details; ``refuse`` shows what the service would not keep."""

    name = TextField(
        label=_("Name"),
        max_length=LONGEST["name"],
        required=True,
        error_messages={"required": _("Type the customer's name.")},
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    email = TextField(
        label=_("Email"),
        max_length=LONGEST["email"],
        help_text=_("Leave empty if there is none."),
        widget=forms.EmailInput(attrs={"dir": "ltr"}),
    )
    phone = TextField(
        label=_("Phone"),
        max_length=40,
        help_text=_("With + and the country code."),
        widget=forms.TextInput(attrs={"dir": "ltr", "type": "tel"}),
    )
    address = TextField(
        label=_("Address"),
        max_length=LONGEST["address"],
        help_text=_("Needed where there is neither email nor phone."),
    )
    city = TextField(label=_("Town"), max_length=LONGEST["city"])
    country = TextField(label=_("Country"), max_length=LONGEST["country"])
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        initial="en",
        help_text=_("What the customer speaks and reads."),
        error_messages={"invalid_choice": _("Choose from the list.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs |= {
                "class": "form-select" if is_choice else "form-control",
                "autocomplete": "off",
            }
            if "dir" not in field.widget.attrs:
                field.widget.attrs["dir"] = "auto"


def held_by(customer: Customer) -> dict[str, str]:
    """What the form begins with when a customer is corrected."""
    return {name: getattr(customer, name) for name in FIELDS}
