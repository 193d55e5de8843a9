"""What two people do together: the second proves on the first one's form who they are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orders.accounts import second_person
from orders.errors import Conflict, Refused
from orders.forms.second_person import SecondPersonForm
from orders.models import Operation, Staff


@dataclass(frozen=True)
class TwoPersonAct:
    """An act that needs two people, and what the page says once it is done.

    ``check`` refuses what can be refused before a second person types a password, ``act`` takes
    them as ``second_person``; both take the ``actor`` and what was said. ``level`` is that of the
    message ``done``.
    """

    check: Callable[..., None]
    act: Callable[..., Operation]
    level: int
    done: str | Promise


def is_settled(
    request: HttpRequest, form: SecondPersonForm, two: TwoPersonAct, **said: Any
) -> bool:
    """Whether it is settled now, by these two people or by an answer that came meanwhile; if not,
    the valid ``form`` says why. ``said`` is what the services ask for besides the people.
    """
    actor, typed = cast("Staff", request.user), form.cleaned_data
    try:
        two.check(actor=actor, **said)
        second = second_of(request, typed["second_username"], typed["second_password"])
        two.act(actor=actor, second_person=second, **said)
    except Conflict as conflict:
        messages.error(request, str(conflict))
        return True
    except Refused as refusal:
        form.refuse(refusal)
        return False
    messages.add_message(request, two.level, str(two.done))
    return True


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
