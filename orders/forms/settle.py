"""What two people saw in the gateway's own books about an operation that no program can settle."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.reason import ReasonForm
from orders.forms.second_person import SecondPersonForm
from orders.forms.text import TextField

HAPPENED, DID_NOT = "happened", "did_not"


class SettleForm(ReasonForm, SecondPersonForm):
    """What ``services.settle`` asks for. Of what is proven already only its end can be said."""

    said = forms.ChoiceField(
        label=_("What do the gateway's books show?"),
        widget=forms.RadioSelect,
        choices=[(HAPPENED, _("It happened")), (DID_NOT, _("It is not there"))],
        error_messages={"required": _("Say what you saw.")},
    )
    seen_fort_id = TextField(
        label=_("Number in the gateway's books (fort_id)"),
        max_length=20,
        help_text=_("As it stands there beside it. Needed where it happened."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"}),
    )

    field_order = ["said", "seen_fort_id", "reason", "second_username", "second_password"]

    def __init__(self, *args: Any, is_proven: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].widget.attrs["class"] = "form-check-input"
        if is_proven:
            self.fields["said"].choices = [(DID_NOT, _("It is not there any more"))]  # type: ignore[attr-defined]
