"""Why a message did not arrive, as a word that can be kept: nothing of what a receiver said."""


class NotDelivered(Exception):
    """No answer with success. ``status`` is the answer's, 0 where there was none; ``reason`` is
    "http_500", "timeout", "no_connection" … Send the same message again, later.
    """

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class NoTarget(NotDelivered):
    """The address must not be reached: ``reason`` is "not_https", "private_address" …"""
