"""One rule for passwords beyond Django's own."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class LetterAndDigitValidator:
    """A password holds a letter and a digit (PCI DSS 8.3.6); length is asked for elsewhere."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for a password of letters or of digits alone."""
        has_letter = any(letter.isalpha() for letter in password)
        if not has_letter or not any(letter.isdigit() for letter in password):
            raise ValidationError(self.get_help_text(), code="password_one_kind")

    def get_help_text(self) -> str:
        """The rule as people read it beside the field."""
        return _("Your password must hold at least one letter and one digit.")
