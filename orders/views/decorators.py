"""Marks that a view puts on its answers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]


def card_page(view: View) -> View:
    """Let the answer's forms be sent to the gateway, and only scripts with a hash run on it.

    For views that show the card fields, and no other: elsewhere no page may name the gateway.
    """

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.is_card_page = True  # type: ignore[attr-defined]
        return response

    return marked


def mail_part(view: View) -> View:
    """Show the answer as a mail program would: with the styles in it, and nothing else of it."""

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.is_mail_part = True  # type: ignore[attr-defined]
        return response

    return marked
