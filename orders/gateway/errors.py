"""What can go wrong between the office and the gateway, by what the caller should do next.

A decline is a value (``Reply.outcome``). These are silences: they prove nothing about the money
unless ``sent`` is ``False``.
"""


class GatewayError(Exception):
    """No answer that can be used.

    ``sent`` says whether the request left: ``False`` surely not, ``True`` surely, ``None``
    perhaps. ``reason`` is a short machine word. Unless ``sent`` is ``False``, ask with
    CHECK_STATUS and never send the request again by program. ``was_tried`` is ``False`` where the
    gateway was not even called, so that its silence says nothing about it.
    """

    was_tried = True

    def __init__(self, reason: str, *, sent: bool | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class NotSent(GatewayError):
    """No connection came about, so not one byte of the request left. Nothing happened there."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, sent=False)


class NoAnswer(GatewayError):
    """The request left, or may have left, and no whole answer came back. Ask with CHECK_STATUS."""


class NotTrusted(GatewayError):
    """Something came, but it cannot be read strictly or its signature is wrong. It has no effect.

    ``digest`` is the SHA-256 hex and ``size`` the length of the raw bytes; the content is not kept.
    ``claimed_code`` is the ``response_code`` it claims, or "". It helps staff find a wrong phrase
    or access code and must not decide anything.
    """

    verified = False

    def __init__(
        self,
        reason: str,
        *,
        digest: str,
        size: int,
        claimed_code: str = "",
        sent: bool | None = None,
    ) -> None:
        super().__init__(reason, sent=sent)
        self.digest = digest
        self.size = size
        self.claimed_code = claimed_code


class WouldBeRefused(GatewayError):
    """The gateway is known to refuse such a request, so it was not sent.

    ``code`` is a stable machine word, ``field`` APS's name of the parameter it concerns.
    """

    was_tried = False

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code, sent=False)
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return f"{self.code} ({self.field})"
