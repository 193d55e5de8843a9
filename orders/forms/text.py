"""Form fields for what people type or paste: any script, emoji included, but nothing unseen."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_LEFT_ALONE = "\r\n\t\0"  # breaks of a note; Django refuses the last by itself


def no_control_characters(text: str) -> None:
    """Raise for characters that cannot be seen and that some programs obey."""
    if any(unicodedata.category(letter) == "Cc" and letter not in _LEFT_ALONE for letter in text):
        raise ValidationError(
            _("This holds characters that cannot be seen. Delete them, or type it again."),
            code="control_characters",
        )


class TextField(forms.CharField):
    """Optional free text."""

    default_validators = [no_control_characters]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False} | kwargs)
