"""An API key: who uses it, what for, how much, from where and how long; and its rotation."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from orders import clock, money
from orders.errors import Refused
from orders.forms.overlap import overlap_h
from orders.forms.reason import ReasonForm
from orders.forms.second_person import SecondPersonForm
from orders.forms.text import TextField
from orders.services.api_scopes import SCOPES
from orders.services.new_api_key import MOST_REQUESTS_A_MINUTE, NewKey

_LTR = {"dir": "ltr", "inputmode": "decimal"}


def _currencies() -> list[tuple[str, Any]]:
    return [("", _("No ceiling")), *((code, code) for code in settings.CURRENCIES)]


class ApiKeyForm(SecondPersonForm):
    """What ``services.api_keys.make`` asks for; ``new_key()`` once it is valid. The service
    asks for the second person, because not every key needs one.
    """

    name = TextField(
        label=_("Who uses it"),
        required=True,
        max_length=60,
        help_text=_("The name stands in the trail beside everything the key does."),
        error_messages={"required": _("Say who uses the key.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(name, scope.label) for name, scope in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the key may do.")},
    )
    currency = forms.ChoiceField(label=_("Ceilings in"), choices=_currencies, required=False)
    charge_ceiling = TextField(
        label=_("At most at once"), max_length=30, widget=forms.TextInput(attrs=_LTR)
    )
    day_ceiling = TextField(
        label=_("At most in 24 hours"), max_length=30, widget=forms.TextInput(attrs=_LTR)
    )
    requests_a_minute = forms.IntegerField(
        label=_("Requests a minute"),
        min_value=1,
        max_value=MOST_REQUESTS_A_MINUTE,
        initial=120,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"}),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text=_("Empty: until it is revoked."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Type the day like 2026-11-22.")},
    )
    addresses = TextField(
        label=_("Only from these addresses"),
        max_length=1000,
        help_text=_("Addresses or networks like 192.0.2.0/24, one on each line. Empty: from any."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr"}),
    )

    field_order = [
        "name",
        "scopes",
        "currency",
        "charge_ceiling",
        "day_ceiling",
        "requests_a_minute",
        "expires_on",
        "addresses",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ceilings: dict[str, int | None] = {}
        self.fields["currency"].widget.attrs["class"] = "form-select"
        self.fields["scopes"].widget.attrs["class"] = "form-check-input"
        for name in ("second_username", "second_password"):
            self.fields[name].required = False
        self.fields["second_username"].help_text = _(
            "Somebody else who may make keys or approve requests, here at this screen."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        currency = cleaned.get("currency", "")
        for name in ("charge_ceiling", "day_ceiling"):
            typed = cleaned.get(name, "")
            if typed and not currency:
                self.add_error(name, _("Choose the currency of the ceiling."))
            elif typed:
                try:
                    self.ceilings[f"{name}_minor"] = money.parse_amount(typed, currency)
                except Refused as refusal:
                    self.add_error(name, str(refusal))
        if currency and not (cleaned.get("charge_ceiling") or cleaned.get("day_ceiling")):
            self.add_error("currency", _("Type a ceiling in this currency, or choose none."))
        return cleaned

    def new_key(self) -> NewKey:
        """The key as typed. Call it on a valid form only."""
        cleaned = self.cleaned_data
        day = cleaned["expires_on"]
        expires_at = day and clock.midnight(day + timedelta(days=1))
        return NewKey(
            name=cleaned["name"],
            scopes=cleaned["scopes"],
            currency=cleaned["currency"],
            requests_a_minute=cleaned["requests_a_minute"],
            expires_at=expires_at,
            addresses=cleaned["addresses"].split(),
            **self.ceilings,
        )


class ApiKeyRotateForm(forms.Form):
    """How long the old key goes on opening."""

    overlap_h = overlap_h(_("The old key opens"))


class ApiKeyRevokeForm(ReasonForm):
    """Why the key is revoked."""
