"""An act of a machine: asked for under an Idempotency-Key, done once, and answered the same again.

201 tells of an act whose end is known, a decline among them; 202 of one that has to be asked for
again at the address in ``Location``, whatever the reason. Only what is final is kept as an answer,
and never that nothing happened, for a success may come late: asked again, the same act tells how
it stands by then.
"""

import re
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from orders.api.body import canonical
from orders.api.keys import key_of, to_count
from orders.api.told import ActTold, card_entry_told, operation_told, order_told
from orders.api.trouble import Trouble
from orders.models import Operation
from orders.problems import API
from orders.services import api_requests
from orders.services.api_requests import Asked
from orders.services.card_entry import card_form
from orders.services.final import ask_again_s
from orders.states import LOOKED_AT_AGAIN, Status

HEADER = "Idempotency-Key"
_FORM = re.compile(r"[A-Za-z0-9_\-]{8,64}")


def act(
    request: HttpRequest, do: Callable[[Asked], Operation], *, language: str = "en"
) -> HttpResponse:
    """The answer about the operation that ``do`` makes, or made when this was asked before."""
    asked = ask(request)
    if kept := kept_answer(asked):
        return kept
    operation = _as_it_stands(do(asked))
    told = _told(operation, language)
    is_over = told.operation.is_final
    status, address = 201 if is_over or told.card_entry else 202, _address(told)
    if is_over and operation.status not in LOOKED_AT_AGAIN:
        answer = told.model_dump_json()
        api_requests.answer(asked, status=status, answer=answer, location=address)
    response = json_answer(told, status)
    response["Location"] = address
    if status == 202:
        response["Retry-After"] = str(ask_again_s(operation))
    return response


def ask(request: HttpRequest) -> Asked:
    """The request as it is noted. Raises ``Trouble`` without an ``Idempotency-Key``."""
    idempotency_key = request.headers.get(HEADER, "")
    if not _FORM.fullmatch(idempotency_key):
        raise Trouble("idempotency-key-needed")
    to_count(request)  # counted with what is noted
    return api_requests.ask(
        key=key_of(request), idempotency_key=idempotency_key, asked=canonical(request)
    )


def kept_answer(asked: Asked) -> HttpResponse | None:
    """The final answer that was given before, as it was: this version may tell it otherwise."""
    row = asked.row
    if row.answer_status is None:
        return None
    response = HttpResponse(row.answer, content_type="application/json", status=row.answer_status)
    response["Idempotency-Replayed"] = "true"
    if row.answer_location:
        response["Location"] = row.answer_location
    return response


def json_answer(told: Schema, status: int) -> HttpResponse:
    """``told`` as JSON."""
    return HttpResponse(told.model_dump_json(), content_type="application/json", status=status)


def _as_it_stands(operation: Operation) -> Operation:
    """Read anew with its order and customer, in one query; what this process knows while the
    database is away, for money may have moved and nobody must be told that the office broke.
    """
    whole = Operation.objects.select_related("order__customer")
    try:
        return whole.get(pk=operation.pk)
    except (DatabaseError, InterfaceError):
        return operation


def _told(operation: Operation, language: str) -> ActTold:
    waits = operation.status == Status.PREPARED and not operation.token_name
    form = card_form(operation, language=language) if waits else None
    return ActTold(
        order=order_told(operation.order),
        operation=operation_told(operation),
        card_entry=card_entry_told(operation, form) if form else None,
    )


def _address(told: ActTold) -> str:
    """Where the operation is read again."""
    return f"{API}orders/{told.order.number}/operations/{told.operation.reference}"
