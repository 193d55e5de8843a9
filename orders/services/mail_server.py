"""The connection by which receipts leave. It knows whether the mail server had the whole mail.

A server that was handed a mail may take minutes to say that it took it (RFC 5321, 4.5.3.2.6, asks
senders to wait ten). Whoever stops listening earlier does not know whether the mail is on its way,
and whoever then sends again makes copies. So this waits long there, and tells when it has to stop.
"""

from contextlib import suppress
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPServerDisconnected
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

BY_SMTP = "django.core.mail.backends.smtp.EmailBackend"
ANSWER_S = 30  # for each command before the mail itself; a dozen of them at most
MOST_BEFORE_S = 600  # for all of them, the dialling and the good-bye


class PerhapsSent(SMTPServerDisconnected):
    """The server had the whole mail, and did not say in time whether it took it. Sending it again
    may make a copy: a person should ask the customer first.
    """


def connection() -> BaseEmailBackend:
    """The office's way of mailing; by SMTP it raises ``PerhapsSent``. Any other way takes a mail or
    refuses it within the call.
    """
    if settings.EMAIL_BACKEND == BY_SMTP:
        return PatientBackend(timeout=ANSWER_S)
    return get_connection()


def longest_s() -> float:
    """Seconds that sending one mail takes at most."""
    return float(settings.RECEIPT_TIMEOUT_S + MOST_BEFORE_S)


class _Connection(SMTP):
    """One that waits ``RECEIPT_TIMEOUT_S`` for the answer to a whole mail, and only there."""

    _is_handed_over = False

    def send(self, s: Any) -> None:
        super().send(s)
        if not isinstance(s, str):  # commands are text; the mail with its end is bytes
            self._is_handed_over = True
            self._wait(settings.RECEIPT_TIMEOUT_S)

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._is_handed_over = False
        try:
            code, words = super().data(msg)
        except (SMTPException, OSError) as error:
            if self._is_handed_over:
                raise PerhapsSent(type(error).__name__) from error
            raise
        if 200 <= code < 300:
            self._wait(self.timeout)
            return 250, words  # smtplib knows no other yes
        if not 400 <= code < 600:
            raise PerhapsSent(f"answer {code}")
        return code, words

    def _wait(self, seconds: float) -> None:
        if self.sock:
            self.sock.settimeout(seconds)

    def quit(self) -> tuple[int, bytes]:
        """Say good-bye. What is answered changes nothing about a mail that was taken."""
        with suppress(SMTPException):
            return super().quit()
        self.close()
        return 221, b""


class _TlsConnection(_Connection, SMTP_SSL):
    """The same from the first byte in TLS."""


class PatientBackend(EmailBackend):
    """Django's, over such a connection."""

    @property
    def connection_class(self) -> type[SMTP]:
        """By ``EMAIL_URL``: with TLS at once, or on demand."""
        return _TlsConnection if self.use_ssl else _Connection
