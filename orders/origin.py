"""Where the present act comes from, for the audit trail: set once a request, read by services."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """The peer's address and the request's id; both "" for commands and background work."""

    ip: str = ""
    request_id: str = ""


_NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current() -> Origin:
    """The origin of the act under way."""
    return _current.get()


def set_current(origin: Origin) -> None:
    """Remember the origin of all acts that follow in this context."""
    _current.set(origin)
