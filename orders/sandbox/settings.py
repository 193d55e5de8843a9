"""What can be chosen about the stand-in: the merchant's account, and switches for a drill."""

from dataclasses import dataclass, fields, replace
from typing import Any

from orders.sandbox.signing import SHA_TYPES


@dataclass(frozen=True)
class Account:
    """The one merchant account this stand-in knows; the defaults are the demo's.

    Raises ValueError on a sha_type that is not offered.
    """

    merchant_identifier: str = "MotoDemo"
    access_code: str = "demoAccessCode000001"
    sha_type: str = "sha256"
    request_phrase: str = "demo-request-phrase"
    response_phrase: str = "demo-response-phrase"

    def __post_init__(self) -> None:
        if self.sha_type not in SHA_TYPES:
            raise ValueError(f"sha_type must be one of {', '.join(SHA_TYPES)}")


@dataclass(frozen=True)
class Switches:
    """What may be changed while the stand-in runs; the last of each comment is the default.

    Raises ValueError on a value that is not offered.
    """

    return_method: str = "post"  # how the browser goes back to return_url: get, or post
    feedback: str = "after"  # first (before the answer), duplicate, off, or after
    feedback_format: str = "json"  # form, or json
    delay_after_commit_s: float = 0.0  # wait between taking the money and answering
    masked_echoes: bool = False  # e-mail, name and phone come back as asterisks
    html_escaped_echoes: bool = True  # an apostrophe comes back as &#39;
    unsigned_errors: bool = False  # answers with status 00 carry no signature
    language: str = ""  # en or ar whatever was asked, or empty: as asked
    not_found_code: str = "12036"  # 11036, 00036, or 12036: CHECK_STATUS of an unknown order
    totals: bool = True  # CHECK_STATUS carries the three running totals
    plain_refusals: bool = False  # 00042 for 05042, 00048 for 07048, 00034 for 09034
    uncertain_cards: str = "success"  # decline, never, or success: how the uncertain cards end
    resolve_after_s: float = 8.0  # when they and the uncertain amounts end
    time_scale: float = 1.0  # multiplies the waits that amounts cause, for quick tests
    force: str = ""  # digits of an unusual amount, applied to every money command

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}")

    def changed(self, **values: Any) -> "Switches":
        """The same switches with some changed; ValueError names one that does not exist."""
        known = {field.name: type(field.default) for field in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no switch {name}")
            if known[name] is float and type(value) is int:
                values[name] = float(value)
            elif type(value) is not known[name]:
                raise ValueError(f"{name} must be of type {known[name].__name__}")
        return replace(self, **values)


CHOICES: dict[str, tuple[str, ...]] = {
    "return_method": ("get", "post"),
    "feedback": ("after", "first", "duplicate", "off"),
    "feedback_format": ("json", "form"),
    "language": ("", "en", "ar"),
    "not_found_code": ("12036", "11036", "00036"),
    "uncertain_cards": ("success", "decline", "never"),
}
