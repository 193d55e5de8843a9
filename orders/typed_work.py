"""Keeps what somebody typed into a form while they sign in again.

It waits in the new, empty session on the server for the same person alone. It cannot hold a card
number: card fields are never sent here, and the tripwire stands before.
"""

from typing import Any

from django.http import HttpRequest

KEY = "typed_work"
_MOST_FIELDS, _MOST_LETTERS = 40, 2_000


def keep(session: Any, user_pk: int, request: HttpRequest) -> None:
    """Put the posted fields away for `user_pk`; `session` is the one they will sign in with."""
    fields = {
        name: value[:_MOST_LETTERS]
        for name, value in list(request.POST.items())[:_MOST_FIELDS]
        if name != "csrfmiddlewaretoken" and "password" not in name
    }
    session[KEY] = {"user": user_pk, "path": request.path, "fields": fields}


def take(request: HttpRequest) -> dict[str, str]:
    """The fields that this person typed on this page before being signed out; once, else none."""
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return {}
    del request.session[KEY]
    return dict(kept["fields"]) if kept["user"] == request.user.pk else {}
