"""The mail that a practice office has "sent": files beside its database, read back to be shown."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

FILES = "django.core.mail.backends.filebased.EmailBackend"
MOST = 50
_BETWEEN = b"\n" + b"-" * 79 + b"\n"  # written behind each message


@dataclass(frozen=True)
class SentMail:
    """A mail as it left. ``key`` names it in an address, in letters that are no card number;
    ``html`` is "" where there is no such part.
    """

    key: str
    subject: str
    to: str
    at: datetime | None
    text: str
    html: str


def is_kept() -> bool:
    """Whether this office practises, and writes its mail to files."""
    return bool(settings.DEMO) and settings.EMAIL_BACKEND == FILES


def newest(most: int = MOST) -> list[SentMail]:
    """The last mails, the newest first."""
    found = (one for file in _files()[:most] for one in _in(file))
    return list(found)[:most]


def called(key: str) -> SentMail | None:
    """The mail whose key this is, among the last ones."""
    return next((one for one in newest() if one.key == key), None)


def _files() -> list[Path]:
    """The newest first. Their names tell the second only."""
    files = Path(settings.EMAIL_FILE_PATH).glob("*.log")
    return sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)


def _in(file: Path) -> Iterator[SentMail]:
    messages = [one for one in file.read_bytes().split(_BETWEEN) if one.strip()]
    for place, raw in reversed(list(enumerate(messages))):
        message = message_from_bytes(raw, policy=policy.default)
        digest = hashlib.sha256(f"{file.name} {place}".encode()).digest()
        yield SentMail(
            key=base64.b32encode(digest).decode()[:16].lower(),
            subject=str(message["subject"]),
            to=str(message["to"]),
            at=_at(str(message["date"] or "")),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _at(date: str) -> datetime | None:
    """When it left; a mail that says it in UTC says "-0000", which Python reads as no zone."""
    at = parsedate_to_datetime(date) if date else None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
