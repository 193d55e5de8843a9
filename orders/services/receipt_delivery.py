"""Receipts leave: one delivery of each at a time, tried again for three days until it is out.

Delivering happens in a process of its own, never in a request and never in the resolver, so that a
mail server that is slow or away holds up neither. A row is claimed before the mail leaves.

At least once, so perhaps twice: a process that dies, or loses its database for longer than
``patience`` allows, between handing a mail over and noting it. The two have one Message-ID.
At most once: a server that had the whole mail and did not answer. Such a receipt is perhaps sent,
is never repeated by a program, and waits for a person who asks the customer.
"""

import logging
from datetime import timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min, QuerySet

from orders import clock
from orders.models import Order, Receipt
from orders.services import audit
from orders.services.mail_server import PerhapsSent, connection, longest_s
from orders.services.patience import patiently
from orders.services.receipt_content import proven
from orders.services.receipt_mail import mail_of
from orders.states import RECIPIENT_REFUSED, ReceiptState
from orders.tasks import enqueue, task

log = logging.getLogger(__name__)

NOTED_S = 120  # for noting what came of it, patience with the database included
QUEUED_S = 300  # how long a task may wait in the queue before another one is made
RETRY_S = (60, 300, 900, 3600)  # then hourly
GIVEN_UP_AFTER = timedelta(days=3)
BATCH = 50
_LEFT = frozenset({ReceiptState.SENT, ReceiptState.PERHAPS})


@task
def deliver(receipt_pk: int, tries: int) -> bool:
    """Whether the receipt is out. Does nothing unless it still waits after so many tries: of equal
    tasks the first one acts.

    Raises what the database raises when it is away; the row is looked at again when it is due.
    """
    now = clock.now()
    waiting = Receipt.objects.filter(pk=receipt_pk, tries=tries, state=ReceiptState.WAITING)
    if not waiting.update(tries=tries + 1, due_at=now + lease()):
        return False
    receipt = Receipt.objects.select_related("order", "operation").get(pk=receipt_pk)
    if receipt.operation not in proven(receipt.order.operations.order_by("id")):
        return _end(receipt, ReceiptState.REPLACED)  # the bank took the refund back meanwhile
    if not _follow_address(receipt):
        return _end(receipt, ReceiptState.REPLACED)
    try:
        connection().send_messages([mail_of(receipt)])
    except (InterfaceError, OperationalError):
        raise
    except PerhapsSent:
        log.warning("the mail server had receipt %s, and did not answer", receipt.pk)
        return patiently(partial(_end, receipt, ReceiptState.PERHAPS, "receipt_perhaps"))
    except Exception as error:  # noqa: BLE001  its words and its trace may hold an address
        log.warning("receipt %s could not be sent: %s", receipt.pk, type(error).__name__)
        return _put_off(receipt, error)
    sent = partial(_end, receipt, ReceiptState.SENT, "receipt_sent", sent_at=clock.now())
    return patiently(sent)


def lease() -> timedelta:
    """How long nobody else looks at a row that is being sent: longer than that can take."""
    return timedelta(seconds=longest_s() + NOTED_S)


def sweep() -> int:
    """Have those delivered that are due and that nobody works on: the next try, or one whose task
    was lost. Returns how many.
    """
    due = Receipt.objects.filter(due_at__lte=clock.now()).order_by("due_at", "id")
    if not due.exists():
        return 0  # without a transaction, which would lock the whole of an SQLite file
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True)[:BATCH])
        for row in rows:
            send_soon(row)
    return len(rows)


def send_soon(receipt: Receipt) -> None:
    """Have a waiting receipt delivered. Part of the transaction that holds or makes the row."""
    due_at = clock.now() + timedelta(seconds=QUEUED_S)
    Receipt.objects.filter(pk=receipt.pk).update(due_at=due_at)
    enqueue(deliver, receipt.pk, receipt.tries)


def waiting() -> tuple[int, float]:
    """How many receipts wait to leave, and the seconds since the oldest of them was asked for."""
    rows = Receipt.objects.filter(due_at__isnull=False)
    oldest = rows.aggregate(at=Min("made_at"))["at"]
    return rows.count(), (clock.now() - oldest).total_seconds() if oldest else 0.0


def _follow_address(receipt: Receipt) -> bool:
    """Whether there is an address to send it to. One that nobody asked for goes where receipts of
    its order go by now: the customer's email may have been corrected since it was written down.
    """
    address = receipt.address if receipt.made_by_id else receipt.order.receipt_address
    if address and address != receipt.address:
        receipt.address = address
        _mine(receipt).update(address=address)
    return bool(address)


def _put_off(receipt: Receipt, error: Exception) -> bool:
    """It did not leave: try again later, or never where the address is refused or time is over."""
    problem = _told(error)
    late = clock.now() - receipt.made_at >= GIVEN_UP_AFTER
    code = RECIPIENT_REFUSED if _is_final(error) else ""
    if late or code:
        return _end(receipt, ReceiptState.FAILED, "receipt_failed", code=code, problem=problem)
    wait_s = RETRY_S[min(receipt.tries, len(RETRY_S)) - 1]
    due_at = clock.now() + timedelta(seconds=wait_s)
    _mine(receipt).filter(state=ReceiptState.WAITING).update(due_at=due_at, problem=problem)
    return False


def _end(
    receipt: Receipt, state: ReceiptState, event: str = "", *, code: str = "", **changes: Any
) -> bool:
    """Whether it is out; its row waits for nothing more, and the trail tells how it ended."""
    with transaction.atomic(durable=True):
        order = Order.objects.locked(receipt.order_id)
        changes = {"problem": ""} | changes
        # Noted already where only the commit's answer was lost. What was replaced while it left
        # did leave.
        row = _mine(receipt).exclude(state=state)
        if state not in _LEFT:
            row = row.filter(state=ReceiptState.WAITING)
        moved = row.update(state=state, due_at=None, **changes)
        if moved and event:
            audit.record(order, event, operation=receipt.operation, receipt=receipt.pk, code=code)
    return state == ReceiptState.SENT


def _mine(receipt: Receipt) -> QuerySet[Receipt]:
    """The row, as long as nobody began another try."""
    return Receipt.objects.filter(pk=receipt.pk, tries=receipt.tries)


def _is_final(error: Exception) -> bool:
    """Whether the server said for good that there is no such address."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(500 <= code < 600 for code, _words in error.recipients.values())


def _told(error: Exception) -> str:
    """The kind of error and the server's code: its words may name anybody."""
    code = getattr(error, "smtp_code", "")
    if isinstance(error, SMTPRecipientsRefused):
        code = ", ".join(sorted({str(code) for code, _words in error.recipients.values()}))
    return f"{type(error).__name__} {code}".strip()[:200]
