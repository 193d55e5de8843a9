"""Operations: read, and what follows a charge: capture, void, refund."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from orders.api.acts import act
from orders.api.asked import PartAsked, WholeAsked
from orders.api.document import act_answers, answers, needs
from orders.api.find import operations_of, order_called
from orders.api.keys import actor_of
from orders.api.told import (
    ActTold,
    OperationList,
    OperationTold,
    operation_told,
)
from orders.models import Operation
from orders.services import follow_up
from orders.services.api_requests import Asked
from orders.services.final import ask_again_s, is_final
from orders.services.follow_up import Wish

router = Router(tags=["Operations"])


@router.get(
    "/orders/{number}/operations",
    **needs("orders:read"),
    response=answers(OperationList),
    summary="List the operations of an order",
)
def list_operations(request: HttpRequest, number: str) -> OperationList:
    """Charges, captures, voids and refunds, oldest first."""
    operations = operations_of(order_called(request, number))
    return OperationList(operations=[operation_told(one) for one in operations])


@router.get(
    "/orders/{number}/operations/{reference}",
    **needs("orders:read"),
    response=answers(OperationTold),
    summary="Read an operation",
)
def read_operation(
    request: HttpRequest, response: HttpResponse, number: str, reference: str
) -> OperationTold:
    """Where an act stands: the address that a 202 names. The office asks the gateway by itself;
    Retry-After says when there may be news of what is not final.
    """
    operations = operations_of(order_called(request, number))
    found = next((one for one in operations if str(one) == reference), None)
    if found is None:
        raise Http404
    if not is_final(found):
        response["Retry-After"] = str(ask_again_s(found))
    return operation_told(found)


@router.post(
    "/orders/{number}/captures",
    **needs("captures:write"),
    response=act_answers(ActTold),
    summary="Capture",
)
def capture(request: HttpRequest, number: str, body: PartAsked) -> HttpResponse:
    """Take an amount of what is reserved."""
    return _follow_up(request, number, follow_up.capture, body, body.amount_minor)


@router.post(
    "/orders/{number}/voids",
    **needs("voids:write"),
    response=act_answers(ActTold),
    summary="Void",
)
def void(request: HttpRequest, number: str, body: WholeAsked) -> HttpResponse:
    """Let go of a reserved amount, whole, before any of it is captured."""
    return _follow_up(request, number, follow_up.void, body, 0)


@router.post(
    "/orders/{number}/refunds",
    **needs("refunds:write"),
    response=act_answers(ActTold),
    summary="Refund",
)
def refund(request: HttpRequest, number: str, body: PartAsked) -> HttpResponse:
    """Give an amount back to the card that paid."""
    return _follow_up(request, number, follow_up.refund, body, body.amount_minor)


def _follow_up(
    request: HttpRequest,
    number: str,
    service: Callable[..., Operation],
    body: WholeAsked,
    amount_minor: int,
) -> HttpResponse:
    order = order_called(request, number)

    def do(asked: Asked) -> Operation:
        wish = Wish(
            form_key=asked.form_key,
            reason_code=body.reason_code,
            reason=body.reason,
            amount_minor=amount_minor,
            charge=body.charge,
        )
        return service(actor=actor_of(request), order=order, wish=wish)

    return act(request, do)
