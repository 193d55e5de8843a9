"""Receipts are written down: one by itself for every proven movement of money, and those that
people ask for. ``services.receipt_delivery`` sends them.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Receipt, Staff
from orders.services import audit, customers, rules
from orders.services.customer_details import checked_email
from orders.services.form_keys import key_reused
from orders.services.place import new_form_key
from orders.services.receipt_content import nothing_was_taken, proven
from orders.services.receipt_delivery import send_soon
from orders.states import ReceiptState

log = logging.getLogger(__name__)

_HOUR = timedelta(hours=1)


def follow(order: Order) -> None:
    """Whatever is proven of the order's money has its receipt, once however often it is proven.

    Part of the door for evidence: in its transaction, and under the order's lock. Whatever is wrong
    with a receipt, the proof of the money is kept; the next evidence of the order makes up for it.
    Raises only what the database raises when it is away.
    """
    if not order.receipt_address:
        return
    try:
        with transaction.atomic():
            _write_what_lacks(order, order.receipt_address)
    except (InterfaceError, OperationalError):
        raise
    except Exception:
        log.exception("order %s lacks a receipt", order.pk)


def ask(
    *,
    actor: Staff,
    order: Order,
    email: str,
    form_key: str,
    about: int = 0,
    corrects_customer: bool = False,
) -> Receipt:
    """A receipt that ``actor`` wants sent to ``email``, about the operation with the key ``about``
    or else the latest; what waits for, or failed at, another address is not sent there any more.
    ``corrects_customer``: from now on this is the customer's email, and later receipts of this
    order, and of others whose went to the old one, go there.

    The same form again gives the same receipt, and ``Conflict`` for another address or operation.
    Raises ``Refused`` without the right, for what is no address, by ``told_of``, and after
    too many receipts of the order within an hour.
    """
    rules.may(actor, "orders.send_receipt")
    address = checked_email(email)
    with transaction.atomic(durable=True):
        is_new = corrects_customer and customers.lock_orders(order.customer, address)
        locked = Order.objects.locked(order.pk)
        if again := Receipt.objects.filter(form_key=form_key).first():
            return _same(again, locked, address, about)
        operation = told_of(locked, about)
        _check_limit(locked)
        _replace(operation, address)
        receipt = _write(locked, operation, address, actor=actor, form_key=form_key)
        audit.record(locked, "receipt_asked", actor=actor, operation=operation, receipt=receipt.pk)
        if corrects_customer:
            _correct(locked, actor, address, is_new=is_new)
    return receipt


def told_of(order: Order, about: int = 0) -> Operation:
    """What a receipt tells of: the movement of money with the key ``about``, or else the latest.

    Raises ``Refused`` where no money was taken, and where what was meant is not proven any more.
    """
    operations = proven(order.operations.order_by("id"))
    if not operations:
        raise nothing_was_taken()
    if not about:
        return operations[-1]
    if found := next((one for one in operations if one.pk == about), None):
        return found
    raise Refused(
        "not_proven_any_more",
        _("What this receipt told of does not count any more. It is not sent again."),
    )


def _write_what_lacks(order: Order, address: str) -> None:
    told = set(order.receipts.filter(made_by=None).values_list("operation_id", flat=True))
    for operation in proven(order.operations.order_by("id")):
        if operation.pk not in told:
            _write(order, operation, address)


def _same(made: Receipt, order: Order, address: str, about: int) -> Receipt:
    """The receipt a repeated form made, if it asked for the same."""
    if made.order_id != order.pk:
        raise key_reused()
    if made.address != address or about not in {0, made.operation_id}:
        raise Conflict(
            "form_key_reused",
            _("This form already sent a receipt to %(address)s. Open it again for another one.")
            % {"address": f"\u2066{made.address}\u2069"},
        )
    return made


def _check_limit(order: Order) -> None:
    """Nobody floods a customer, or a stranger, from an order."""
    asked = order.receipts.filter(made_by__isnull=False, made_at__gt=clock.now() - _HOUR)
    if asked.count() >= settings.RECEIPTS_AN_HOUR:
        raise Refused(
            "too_many_receipts",
            _("%(most)d receipts of this order were asked for within an hour. Try again later.")
            % {"most": settings.RECEIPTS_AN_HOUR},
        )


def _replace(operation: Operation, address: str) -> None:
    """What cannot reach another address need not be tried any more; what tells of something else
    still has to arrive.
    """
    stuck = operation.receipts.filter(state__in=[ReceiptState.WAITING, ReceiptState.FAILED])
    stuck.exclude(address=address).update(state=ReceiptState.REPLACED, due_at=None)


def _correct(order: Order, actor: Staff, address: str, *, is_new: bool) -> None:
    rules.may(actor, "orders.change_customer")
    email = {"email": address}
    customers.write(actor=actor, customer=order.customer, changes=email, orders_are_locked=is_new)
    if order.receipt_address:
        Order.objects.filter(pk=order.pk).update(receipt_address=address)


def _write(
    order: Order,
    operation: Operation,
    address: str,
    *,
    actor: Staff | None = None,
    form_key: str = "",
) -> Receipt:
    now = clock.now()
    receipt = Receipt.objects.create(
        order=order,
        operation=operation,
        form_key=form_key or new_form_key(),
        address=address,
        language=order.customer.language,
        made_by=actor,
        made_at=now,
        due_at=now,
    )
    send_soon(receipt)
    return receipt
