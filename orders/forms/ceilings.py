"""A ceiling: whose, for what, how much at once and in a day, and a second person who agrees."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from orders import money
from orders.errors import Refused
from orders.forms.second_person import SecondPersonForm
from orders.forms.text import TextField
from orders.roles import role_words
from orders.states import Act

NOTHING = {"0", "٠"}


def _currencies() -> list[tuple[str, str]]:
    """Read when a form is made, so that tests may hold the settings."""
    return [(code, code) for code in settings.CURRENCIES]


def _amount(label: Any, help_text: Any) -> TextField:
    return TextField(
        label=label,
        max_length=30,
        help_text=help_text,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "decimal"}),
    )


class RoleField(forms.ModelChoiceField):
    """A role, called as the reader's language calls it."""

    def label_from_instance(self, obj: Any) -> str:
        return role_words(obj.name)


class CeilingsForm(SecondPersonForm):
    """What ``services.ceiling_changes`` asks for. ``per_act_minor`` and ``per_day_minor`` are what
    was typed, in minor units, ``None`` for no limit.
    """

    group = RoleField(
        label=_("Role"),
        queryset=Group.objects.order_by("name"),
        error_messages={"required": _("Choose from the list.")},
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=_currencies)
    act = forms.ChoiceField(label=_("Kind of act"), choices=Act.choices)
    per_act = _amount(_("At most at once"), _("Empty: no limit. 0: always ask for approval."))
    per_day = _amount(_("At most a day"), _("All of a person's acts of this kind since midnight."))

    field_order = ["group", "currency", "act", "per_act", "per_day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.per_act_minor: int | None = None
        self.per_day_minor: int | None = None
        for name in ("group", "currency", "act"):
            self.fields[name].widget.attrs["class"] = "form-select"
        self.fields["second_username"].help_text = _(
            "Somebody else who may change ceilings or approve requests, here at this screen."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if "currency" in cleaned:
            self.per_act_minor = self._minor("per_act", cleaned["currency"])
            self.per_day_minor = self._minor("per_day", cleaned["currency"])
        return cleaned

    def _minor(self, name: str, currency: str) -> int | None:
        typed = self.cleaned_data.get(name, "").strip()
        if not typed:
            return None
        if typed in NOTHING:
            return 0
        try:
            return money.parse_amount(typed, currency)
        except Refused as refusal:
            self.add_error(name, str(refusal))
            return None
