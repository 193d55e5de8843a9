"""What is read aloud before a card is kept, by version, so that it can be proven years later."""

from django.utils import translation
from django.utils.translation import gettext as _

SCRIPT_VERSION = "2026-11"


def script(language: str) -> str:
    """The sentence of the present version, in the customer's language ("en" or "ar")."""
    with translation.override(language):
        return _(
            "May we keep your card with our payment provider for orders you place with us? "
            "We never see its number, and you can withdraw this at any time."
        )
