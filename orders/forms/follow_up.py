"""A capture, a void or a refund: everything that is left or a part of it, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import money
from orders.errors import Refused
from orders.forms.refusing import RefusingForm
from orders.forms.text import TextField
from orders.services.attend import LONGEST_REASON
from orders.services.place import new_form_key
from orders.states import REASONS, Kind

EVERYTHING, PART = "everything", "part"


class FollowUpForm(RefusingForm):
    """What ``services.follow_up`` asks for.

    ``amount_minor`` is what the button shall name: all that is left until a part was typed rightly.
    The act is done only when the button that was pressed named that very amount.
    """

    how = forms.ChoiceField(
        label=gettext_lazy("How much"), widget=forms.RadioSelect, initial=EVERYTHING, required=False
    )
    amount = TextField(
        label=gettext_lazy("Amount of the part"),
        max_length=30,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "decimal"}),
    )
    reason_code = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        error_messages={"required": gettext_lazy("Choose a reason from the list.")},
    )
    reason = TextField(
        label=gettext_lazy("In a few words"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Needed for another reason. It stays in the audit trail."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    customer_note = TextField(
        label=gettext_lazy("Note to the customer"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The customer may read it. It stays with the refund."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    form_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    left_minor = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        kind: Kind,
        left_minor: int,
        currency: str,
        is_whole_only: bool,
    ) -> None:
        super().__init__(data, initial={"form_key": new_form_key(), "left_minor": left_minor})
        self.currency, self.amount_minor = currency, left_minor
        self._left_minor = left_minor
        reasons = [(one.value, one.label) for one in REASONS[kind]]
        self.fields["reason_code"].choices = [("", _("Choose…")), *reasons]  # type: ignore[attr-defined]
        if kind != Kind.REFUND:
            del self.fields["customer_note"]
        if is_whole_only:
            del self.fields["how"], self.fields["amount"]
        else:
            left = money.format_money(left_minor, currency)
            self.fields["how"].choices = [  # type: ignore[attr-defined]
                (EVERYTHING, _("Everything left: %(left)s") % {"left": f"\u2066{left}\u2069"}),
                (PART, _("A part of it")),
            ]
        for name, field in self.fields.items():
            if name == "how":
                field.widget.attrs["class"] = "form-check-input"
            elif not field.widget.is_hidden:
                shape = "form-select" if name == "reason_code" else "form-control"
                field.widget.attrs |= {
                    "class": shape,
                    "autocomplete": "off",
                    "aria-describedby": f"id_{name}_helptext id_{name}_error",
                }

    def clean(self) -> dict[str, Any]:
        """Read the part as the currency writes it, within what is left."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("how") != PART:
            if typed.get("amount"):
                self.add_error("amount", _("You typed a part. Choose it above, or clear this."))
            return typed
        try:
            amount_minor = money.parse_amount(typed.get("amount", ""), self.currency)
        except Refused as refusal:
            self.refuse(refusal)
            return typed
        if amount_minor > self._left_minor:
            self.add_error("amount", _("That is more than is left of this order."))
            return typed
        self.amount_minor = amount_minor
        return typed
