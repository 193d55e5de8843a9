"""Starting a repeat run: why rows are charged that look like another charge."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms.reason import ReasonForm
from orders.forms.text import TextField
from orders.services.attend import LONGEST_REASON


class RepeatStartForm(ReasonForm):
    """What ``services.repeat_runs.start`` asks for."""

    reason = TextField(
        label=_("Why rows that look like another charge are charged too"),
        max_length=LONGEST_REASON,
        help_text=_("Empty: they are not charged. The reason stays in the trail with your name."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
