"""What is kept about a customer: made tidy, in one form, and refused where it cannot be kept."""

import re
import unicodedata
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import CharField
from django.utils.translation import gettext as _

from orders.cards import holds_card_number
from orders.errors import Refused
from orders.models import Customer
from orders.services.search_keys import fold

FIELDS = ("name", "email", "phone", "address", "city", "country", "language")
LONGEST = {
    field.name: field.max_length or 0
    for field in Customer._meta.local_fields
    if isinstance(field, CharField)
}
_JOINERS = "\u200c\u200d"  # the invisible characters that words and emoji need
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def checked(details: Mapping[str, str]) -> dict[str, str]:
    """The details (``FIELDS``) fit to be stored. Raises ``Refused`` for the first that is not."""
    kept = {field: tidy(details[field]) for field in FIELDS}
    if not kept["name"]:
        raise Refused("name_missing", _("Type the customer's name."), field="name")
    for field in ("name", "address", "city", "country", "email"):
        _refuse_unfit(field, kept[field])
    kept["phone"] = normalise_phone(kept["phone"])
    if kept["language"] not in dict(settings.LANGUAGES):
        raise Refused("language_unknown", _("Choose a language from the list."), field="language")
    if not (kept["email"] or kept["phone"] or kept["address"]):
        raise Refused(
            "customer_unreachable",
            _("Type an email, a phone number or a postal address."),
            field="address",
        )
    return kept


def checked_email(text: str) -> str:
    """The address fit to be written to. Raises ``Refused`` for one that is none."""
    email = tidy(text)
    if not email:
        raise Refused("email_missing", _("Type an email address."), field="email")
    _refuse_unfit("email", email)
    return email


def normalise_phone(text: str) -> str:
    """The number as "+971507654321", or "" for an empty text.

    Takes blanks, dashes, brackets, a leading 00 and digits of any script. Raises ``Refused`` when
    there is no country code or too few or too many digits.
    """
    typed = re.sub(r"\(0\)|[\s()./\-]", "", fold(text))
    if not typed:
        return ""
    typed = re.sub(r"^00", "+", typed)
    if re.fullmatch("[0-9]+", typed):
        raise Refused(
            "phone_country_missing",
            _("Begin the number with + and the country code, like +971 50 765 4321."),
            field="phone",
        )
    if not _E164.fullmatch(typed):
        raise Refused(
            "phone_format",
            _("This is not a phone number. Type + and the country code, then the number."),
            field="phone",
        )
    return typed


def tidy(text: str) -> str:
    """The text on one line: blanks single, control characters and hidden direction marks gone."""
    shown = (
        letter if letter in _JOINERS or unicodedata.category(letter)[0] != "C" else " "
        for letter in text
    )
    return " ".join("".join(shown).split())


def _refuse_unfit(field: str, text: str) -> None:
    most = LONGEST[field]
    if len(text) > most:
        raise Refused(
            "too_long",
            _("This is too long: at most %(most)d characters.") % {"most": most},
            field=field,
        )
    if holds_card_number(text):
        raise Refused(
            "card_number",
            _("That looked like a card number. It was not saved."),
            field=field,
        )
    if field == "email" and text:
        try:
            validate_email(text)
        except ValidationError:
            raise Refused(
                "email_format", _("This is not an email address."), field="email"
            ) from None
