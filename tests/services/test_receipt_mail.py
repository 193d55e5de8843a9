"""The mail of a receipt, word for word in both languages, and without what must never be in it."""

from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils.html import strip_tags
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Operation, Order, Receipt
from orders.services import place
from orders.services.receipt_mail import mail_of
from orders.states import Kind, OrderStatus
from tests.factories import CustomerFactory, OperationFactory, OrderFactory, StoredCardFactory

pytestmark = pytest.mark.django_db

CHARGED_AT = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)  # already the first of April in the office
REFUNDED_AT = datetime(2026, 4, 8, 9, 0, tzinfo=UTC)

CHARGE_IN_ENGLISH = """\
Moto Demo Trading

Thank you. KWD 250.500 was charged to your card for order {number}.

Order: {number}
Order reference: WEB-7
Date: 1 April 2026
What for: Two boxes of dates
Charged: KWD 250.500
Card: Visa •••• 1111
Authorization code: 8F31C2
"""
REFUND_IN_ENGLISH = """\
Moto Demo Trading

KWD 40.001 of order {number} was refunded to your card.

Refunded: KWD 40.001
Refund sent: 8 April 2026

Order: {number}
Order reference: WEB-7
Date: 1 April 2026
What for: Two boxes of dates
Charged: KWD 250.500
Card: Visa •••• 1111
Authorization code: 8F31C2

Refunds
  8 April 2026: KWD 40.001
Left after refunds: KWD 210.499
"""
FOOT_IN_ENGLISH = """
This receipt was sent automatically. Reply to this mail if you have a question.
"""
REFUND_IN_ARABIC = """\
Moto Demo Trading

أُعيد مبلغ [KWD 40.001] من الطلب [{number}] إلى بطاقتك.

تم الاسترداد: [KWD 40.001]
تاريخ الاسترداد: 8 إبريل 2026

الطلب: [{number}]
مرجع الطلب: [WEB-7]
التاريخ: 1 إبريل 2026
مقابل: Two boxes of dates
تم الخصم: [KWD 250.500]
البطاقة: [Visa •••• 1111]
رمز الموافقة: [8F31C2]

المبالغ المستردة
  8 إبريل 2026: [KWD 40.001]
المتبقي بعد الاسترداد: [KWD 210.499]

أُرسل هذا الإيصال تلقائيًا. إن كان لديك سؤال فردّ على هذه الرسالة.
"""


@pytest.fixture(autouse=True)
def _an_office_that_works(settings: Settings) -> None:
    settings.IS_PRACTICE = False


def charged(*, language: str = "en", **changes: object) -> Order:
    """An order of KWD 250.500 by a stored card, in March by UTC and in April by the office."""
    customer = CustomerFactory(language=language, name="Aisha Rahman")
    card = StoredCardFactory(customer=customer, expiry="3105", holder="AISHA B RAHMAN")
    values = {"charged": True, "customer": customer, "reference": "WEB-7"} | changes
    order: Order = OrderFactory(**values)
    order.operations.update(
        submitted_at=CHARGED_AT,
        authorization_code="8F31C2",
        expiry="3105",
        card_holder="AISHA B RAHMAN",
        stored_card=card,
        token_name=card.token_name,
    )
    return order


def refund(order: Order, amount_minor: int, at: datetime = REFUNDED_AT) -> Operation:
    """A part of it, given back."""
    charge = order.operations.exclude(kind=Kind.REFUND).get()
    seq = order.operations.count()
    operation: Operation = OperationFactory(
        order=order,
        kind=Kind.REFUND,
        parent=charge,
        approved=True,
        submitted_at=at,
        amount_minor=amount_minor,
        merchant_reference=charge.merchant_reference,
        maintenance_reference=f"{charge.merchant_reference}-R{seq}",
    )
    Order.objects.filter(pk=order.pk).update(
        refunded_minor=order.refunded_minor + amount_minor, status=OrderStatus.PART_REFUNDED
    )
    order.refresh_from_db()
    return operation


def mail_about(operation: Operation) -> EmailMultiAlternatives:
    customer = operation.order.customer
    receipt = Receipt.objects.create(
        order=operation.order,
        operation=operation,
        form_key=place.new_form_key(),
        address=customer.email,
        language=customer.language,
        due_at=clock.now(),
    )
    return mail_of(receipt)


def html_of(mail: EmailMultiAlternatives) -> str:
    [(html, kind)] = mail.alternatives
    assert kind == "text/html"
    return str(html)


def shown(text: str) -> str:
    """The text with the invisible marks around what runs left to right as brackets."""
    return text.replace("\u2066", "[").replace("\u2069", "]")


def squeezed(html: str) -> str:
    return " ".join(strip_tags(html.partition("<body")[2]).split())


def test_a_charge_in_english() -> None:
    order = charged()
    mail = mail_about(order.operations.get())
    assert mail.subject == f"Receipt for order {order.number} · Moto Demo Trading"
    assert mail.body == (CHARGE_IN_ENGLISH + FOOT_IN_ENGLISH).format(number=order.number)
    assert (mail.to, mail.from_email) == ([order.customer.email], "orders@moto-demo.example")


def test_a_refund_in_english_says_the_refund_first() -> None:
    order = charged()
    mail = mail_about(refund(order, 40_001))
    assert mail.subject == f"Refund for order {order.number} · Moto Demo Trading"
    assert mail.body == (REFUND_IN_ENGLISH + FOOT_IN_ENGLISH).format(number=order.number)


def test_a_refund_in_arabic() -> None:
    order = charged(language="ar")
    mail = mail_about(refund(order, 40_001))
    assert mail.subject == f"استرداد للطلب {order.number} · Moto Demo Trading"
    assert shown(mail.body) == REFUND_IN_ARABIC.format(number=order.number)


def test_a_charge_in_arabic_runs_from_the_right() -> None:
    order = charged(language="ar")
    mail = mail_about(order.operations.get())
    assert mail.subject == f"إيصال الطلب {order.number} · Moto Demo Trading"
    html = html_of(mail)
    assert '<html lang="ar" dir="rtl">' in html
    assert '<bdi dir="ltr">KWD 250.500</bdi>' in html
    assert "شكرًا لك. خُصم مبلغ KWD 250.500 من بطاقتك" in squeezed(html)


def test_the_html_says_what_the_text_says() -> None:
    order = charged()
    mail = mail_about(refund(order, 40_001))
    html = squeezed(html_of(mail))
    assert '<html lang="en" dir="ltr">' in html_of(mail)
    said = [" ".join(line.replace(": ", " ", 1).split()) for line in mail.body.splitlines()]
    missing = [line for line in said if line and line not in html]
    assert missing == []
    assert "Refunds KWD 40.001" in html


MADE_UP = {"Message-ID", "Content-Type", "Date"}  # any digits may stand in those


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_expiry_no_holder_no_token_stands_anywhere(language: str) -> None:
    order = charged(language=language)
    for operation in (order.operations.get(), refund(order, 1_000)):
        mail = mail_about(operation)
        headers = mail.message().items()
        told = [value for name, value in headers if name not in MADE_UP]
        whole = " ".join([mail.body, html_of(mail), *map(str, told)])
        card = order.operations.get(kind=Kind.PURCHASE).stored_card
        assert card
        secrets = ["3105", "05/31", "0531", "31/05", "AISHA B", card.token_name, "4005"]
        assert not [one for one in secrets if one in whole]
        assert "1111" in mail.body


def test_what_a_customer_typed_is_no_markup() -> None:
    order = charged(description="<b>Dates</b> & figs", currency="JPY", amount_minor=4_000)
    mail = mail_about(order.operations.get())
    assert "What for: <b>Dates</b> & figs" in mail.body
    assert "&lt;b&gt;Dates&lt;/b&gt; &amp; figs" in html_of(mail)
    assert "<b>" not in html_of(mail)
    assert "Charged: JPY 4,000" in mail.body


def test_a_practice_office_says_so(settings: Settings) -> None:
    settings.IS_PRACTICE = True
    mail = mail_about(charged().operations.get())
    assert "Practice: no money moves." in mail.body
    assert "Practice: no money moves." in html_of(mail)


def test_a_mail_that_is_made_again_has_the_same_id() -> None:
    mail_about(charged().operations.get())
    receipt = Receipt.objects.get()
    first, second = mail_of(receipt), mail_of(receipt)
    assert first.message()["Message-ID"] == second.message()["Message-ID"]
    assert first.message()["Message-ID"].endswith("@moto-demo.example>")


def test_a_subject_stays_one_line(settings: Settings) -> None:
    settings.MERCHANT_NAME = ""
    order = charged()
    assert mail_about(order.operations.get()).subject == f"Receipt for order {order.number}"
