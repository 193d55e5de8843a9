"""A webhook: who is told and where; its secret's rotation; and what is sent once more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.overlap import overlap_h
from orders.forms.refusing import RefusingForm, dress
from orders.forms.text import TextField


class WebhookForm(RefusingForm):
    """What ``services.webhooks.make`` and ``change`` ask for."""

    name = TextField(
        label=_("Who is told"),
        required=True,
        max_length=60,
        help_text=_("The name stands in the trail and in alarms."),
        error_messages={"required": _("Say who is told.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    url = TextField(
        label=_("Address"),
        required=True,
        max_length=500,
        help_text=_("Like https://shop.example.com/hooks/orders. It must be reachable by https."),
        error_messages={"required": _("Type the address.")},
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class WebhookRotateForm(forms.Form):
    """How long the old secret goes on signing beside the new one."""

    overlap_h = overlap_h(_("The old secret signs too"))


class WebhookReplayForm(RefusingForm):
    """Since when everything is sent once more."""

    since = forms.DateTimeField(
        label=_("Everything since"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=_("In the time of the office. Receivers know what they have by its id."),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={
            "required": _("Say since when."),
            "invalid": _("Type the moment like 2026-11-22 14:30."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
