"""What the order history is narrowed by. Every part is optional and a wrong one has a sentence."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders import clock, money
from orders.errors import Refused
from orders.forms.text import TextField
from orders.models import Staff
from orders.services.history import WAITING, HistoryFilters
from orders.states import OrderStatus, Source

TODAY, ANY_TIME, THESE_DAYS = "today", "any", "days"
LONGEST_TEXT = 100
_NOT_IN_LIST = {"invalid_choice": _("Choose from the list.")}
# Any amount without a currency is read with the most decimals a currency has.
_ANY_CURRENCY = "KWD"


class DayField(forms.DateField):
    """A day as the browser sends it, or as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": _("Type the day like 2026-11-22.")},
            **kwargs,
        )

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not 2000 <= value.year <= 2100:
            raise forms.ValidationError(_("Type a year between 2000 and 2100."), code="year")


def _choice(label: Any, any_of_them: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", any_of_them), *choices],
        error_messages=_NOT_IN_LIST,
    )


def _amount(label: Any) -> TextField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"})
    return TextField(label=label, max_length=20, widget=widget)


class HistoryForm(forms.Form):
    """``HistoryForm(request.GET, viewer=request.user)``; ``filters()`` once it is valid.

    Without a time the page shows today, or seven days to those who see everybody's orders; a
    search looks at any time.
    """

    q = TextField(label=_("Search"), max_length=LONGEST_TEXT)
    period = forms.ChoiceField(
        label=_("Time"),
        choices=[
            (TODAY, _("Today")),
            ("7", _("Last 7 days")),
            ("30", _("Last 30 days")),
            (ANY_TIME, _("Any time")),
            (THESE_DAYS, _("These days")),
        ],
        error_messages=_NOT_IN_LIST,
    )
    first_day = DayField(label=_("From"))
    last_day = DayField(label=_("To"))
    status = _choice(
        _("Status"), _("Any status"), [*OrderStatus.choices, (WAITING, _("Waiting for approval"))]
    )
    source = _choice(_("Source"), _("Any source"), Source.choices)
    agent = forms.ModelChoiceField(
        label=_("Agent"),
        required=False,
        queryset=Staff.objects.order_by("first_name", "last_name", "pk"),
        empty_label=_("Any agent"),
        error_messages=_NOT_IN_LIST,
    )
    currency = _choice(_("Currency"), _("Any currency"), [])
    amount_from = _amount(_("Amount from"))
    amount_to = _amount(_("Amount to"))

    def __init__(self, data: QueryDict, *, viewer: Staff) -> None:
        sees_everybody = viewer.has_perm("orders.view_all_orders")
        self.default_period = "7" if sees_everybody else TODAY
        data = data.copy()
        if data.get("first_day") or data.get("last_day"):
            data["period"] = THESE_DAYS
        elif not data.get("period"):
            data["period"] = ANY_TIME if data.get("q") else self.default_period
        super().__init__(data)
        self.fields["currency"].choices += [(code, code) for code in settings.CURRENCIES]  # type: ignore[attr-defined]
        if not sees_everybody:
            del self.fields["agent"]
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if cleaned.get("period") == THESE_DAYS and not (first or last or self.errors):
            self.add_error("first_day", _("Choose the first day, the last day or both."))
        if first and last and first > last:
            self.add_error("last_day", _("The last day lies before the first."))
        for name in ("amount_from", "amount_to"):
            cleaned[name] = self._amount(name)
        least, most = cleaned["amount_from"], cleaned["amount_to"]
        if least is not None and most is not None and least > most:
            self.add_error("amount_to", _("This is less than the amount to begin from."))
        return cleaned

    def filters(self) -> HistoryFilters:
        """What to look for. Call it on a valid form only."""
        cleaned = self.cleaned_data
        taken_from, taken_until = self._moments()
        agent = cleaned.get("agent")
        return HistoryFilters(
            text=cleaned["q"],
            taken_from=taken_from,
            taken_until=taken_until,
            agent=agent.pk if agent else None,
            **{
                name: cleaned[name]
                for name in ("status", "source", "currency", "amount_from", "amount_to")
            },
        )

    def _amount(self, name: str) -> Decimal | None:
        """The typed amount in whole currency; None for none, or for a wrong one."""
        typed = self.cleaned_data.get(name)
        if not typed:
            return None
        currency = self.cleaned_data.get("currency") or _ANY_CURRENCY
        try:
            minor = money.parse_amount(typed, currency)
        except Refused as refusal:
            is_ours = refusal.code == "amount_decimals" and currency == _ANY_CURRENCY
            sentence = _("No currency has more than 3 decimals.") if is_ours else refusal.sentence
            self.add_error(name, forms.ValidationError(str(sentence), code=refusal.code))
            return None
        return Decimal(minor).scaleb(-money.exponent(currency))

    def _moments(self) -> tuple[datetime | None, datetime | None]:
        """The first moment inside and the first one outside, by the office's own clock."""
        cleaned = self.cleaned_data
        period = cleaned["period"]
        if period == ANY_TIME:
            return None, None
        if period == THESE_DAYS:
            first, last = cleaned["first_day"], cleaned["last_day"]
            return (
                clock.midnight(first) if first else None,
                clock.midnight(last + timedelta(days=1)) if last else None,
            )
        days = 1 if period == TODAY else int(period)
        return clock.midnight(clock.today() - timedelta(days=days - 1)), None
