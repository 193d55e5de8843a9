"""Where the present act comes from, for the audit trail: set once a request, read by services."""

from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Origin:
    """The peer's address, the request's id, and a digest of the session that tells two sessions
    apart and opens neither; all "" for commands and background work.
    """

    ip: str = ""
    request_id: str = ""
    session: str = ""


_NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current() -> Origin:
    """The origin of the act under way."""
    return _current.get()


def set_current(origin: Origin) -> None:
    """Remember the origin of all acts that follow in this context."""
    _current.set(origin)


def set_session(digest: str) -> None:
    """Add the session to the origin of the act under way."""
    _current.set(replace(current(), session=digest))
