"""Who speaks to the gateway: one account's identifiers, phrases and addresses."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from orders.gateway.signature import SHA_TYPES


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """One APS account, checked when made: raises ``ValueError`` with a sentence.

    Phrases and SHA type are those of Integration Settings, Security Settings in the APS back
    office. ``previous_response_phrase`` is still accepted on answers while a phrase is rotated.
    ``language`` is that of the gateway's messages ("en" or "ar").
    """

    identifier: str
    access_code: str = field(repr=False)
    request_phrase: str = field(repr=False)
    response_phrase: str = field(repr=False)
    api_url: str
    page_url: str
    sha_type: str = "sha256"
    previous_response_phrase: str = field(default="", repr=False)
    language: str = "en"

    def __post_init__(self) -> None:
        if not self.identifier or not self.access_code:
            raise ValueError("The merchant identifier and the access code are needed.")
        if self.sha_type not in SHA_TYPES:
            raise ValueError("The SHA type must be sha256 or sha512.")
        if self.language not in {"en", "ar"}:
            raise ValueError("The language must be en or ar.")
        self._check_phrases()
        for url in (self.api_url, self.page_url):
            _check_url(url)

    @property
    def response_phrases(self) -> tuple[str, ...]:
        """The phrases an answer may be signed with, the present one first."""
        return tuple(filter(None, (self.response_phrase, self.previous_response_phrase)))

    def _check_phrases(self) -> None:
        if not self.request_phrase or not self.response_phrase:
            raise ValueError("The SHA request phrase and the SHA response phrase are needed.")
        for phrase in (self.request_phrase, *self.response_phrases):
            if phrase != phrase.strip():
                raise ValueError("A SHA phrase must not begin or end with a blank or a new line.")
        # With equal phrases a request that was sent out could come back as its own answer.
        if self.request_phrase in self.response_phrases:
            raise ValueError("The SHA request phrase and response phrase must differ.")


def _check_url(url: str) -> None:
    """Refuse what is not https, except plain http that stays on this machine or its containers."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(f"The gateway address {url!r} must have no user, query or fragment.")
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_near(parts.hostname):
        return
    raise ValueError(f"The gateway address {url!r} must begin with https://.")


def _is_near(host: str) -> bool:
    """Whether the host is this machine, or a bare name as containers of one project have."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return "." not in host or host.endswith(".localhost")
