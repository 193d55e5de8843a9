"""A second person, who proves on somebody else's form who they are."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from orders.accounts import second_person
from orders.errors import Refused
from orders.models import Staff


def second_of(request: HttpRequest, username: str, password: str) -> Staff:
    """Who agrees. Raises ``Refused``, with the same words for a name and a password."""
    try:
        found = second_person(request, username, password)
    except ValidationError as error:
        raise Refused("second_locked", error.messages[0], field="second_password") from error
    if found is None:
        sentence = _("This name and password do not belong together.")
        raise Refused("second_unknown", sentence, field="second_password")
    return found
