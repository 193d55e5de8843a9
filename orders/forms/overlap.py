"""How long a secret that is replaced goes on holding beside the new one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def overlap_h(label: Any) -> forms.TypedChoiceField:
    """The field, whose value is a number of hours. ``label`` may be lazy."""
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        choices=[
            (0, _("no longer")),
            (1, _("for one more hour")),
            (24, _("for one more day")),
            (168, _("for seven more days")),
        ],
        initial=24,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
