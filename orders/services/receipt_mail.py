"""The mail of a receipt: a text and an HTML part in the customer's language."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from orders.models import Receipt
from orders.services.receipt_content import Content, content_of

# Keep numbers left to right inside Arabic plain text (U+2066, U+2069).
_ISOLATED = {"ltr": "\u2066", "end": "\u2069"}
_PLAIN = {"ltr": "", "end": ""}


def mail_of(receipt: Receipt) -> EmailMultiAlternatives:
    """The mail as it says today. Raises ``Refused`` where there is nothing to give a receipt for.

    Its Message-ID is the same however often it is made, so that a mail sent twice after a crash
    can be known as one.
    """
    with translation.override(receipt.language):
        content = content_of(receipt.order, receipt.operation)
        context = {
            "content": content,
            "order": receipt.order,
            "language": receipt.language,
            "is_rtl": translation.get_language_bidi(),
        }
        text = render_to_string("receipts/mail.txt", context | _marks(receipt.language))
        mail = EmailMultiAlternatives(
            subject=_subject(content),
            body=text.strip() + "\n",
            from_email=settings.MERCHANT_EMAIL or None,
            to=[receipt.address],
            headers={"Message-ID": _message_id(receipt), "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("receipts/mail.html", context), "text/html")
    return mail


def _subject(content: Content) -> str:
    """One line; a merchant's name with a line break in it would be refused by the mail itself."""
    named = {"number": content.order.number, "merchant": content.merchant}
    words = _("Refund for order %(number)s") if content.told else _("Receipt for order %(number)s")
    return " · ".join(filter(None, [words % named, content.merchant]))


def _marks(language: str) -> dict[str, str]:
    return _ISOLATED if translation.get_language_info(language)["bidi"] else _PLAIN


def _message_id(receipt: Receipt) -> str:
    domain = (settings.MERCHANT_EMAIL or "office@localhost").rpartition("@")[2]
    return f"<receipt.{receipt.form_key}@{domain}>"
