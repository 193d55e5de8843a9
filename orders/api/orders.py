"""Orders: taken, charged, read, listed, marked as paid."""

from decimal import Decimal
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from orders.api.acts import act, ask, json_answer, kept_answer
from orders.api.asked import ChargeAsked, OrderAsked, OrderFilters, Try
from orders.api.document import act_answers, answers, needs
from orders.api.find import beyond, customer_called, operations_of, order_called, refuse_unknown
from orders.api.keys import actor_of
from orders.api.told import ActTold, OrderList, OrderTold, OrderWhole, order_told, order_whole
from orders.errors import Refused
from orders.models import Operation, StoredCard
from orders.money import EXPONENTS
from orders.services import api_requests, charge, history, place
from orders.services.api_requests import Asked
from orders.services.history import HistoryFilters
from orders.services.near_duplicates import Confirmation
from orders.services.new_order import NewConsent, NewCustomer, NewOrder
from orders.services.paid import mark_paid
from orders.services.place import Placed
from orders.states import CHARGES, Source

router = Router(tags=["Orders"])


@router.post(
    "/orders",
    **needs("charges:write"),
    response=act_answers(ActTold),
    summary="Take an order and charge it",
)
def take_order(request: HttpRequest, body: OrderAsked) -> HttpResponse:
    """With card the stored card is charged at once. Without one the answer holds card_entry: a
    signed form by which the card goes from the browser straight to the gateway.
    """

    def do(asked: Asked) -> Operation:
        who = body.who()
        customer = who if isinstance(who, NewCustomer) else customer_called(who)
        new_order = NewOrder(
            source=Source.API,
            customer=customer,
            **body.dict(
                include={
                    "amount_minor",
                    "currency",
                    "wants",
                    "reference",
                    "description",
                    "note",
                    "send_receipts",
                }
            ),
        )
        placed = place.place_order(
            actor=actor_of(request),
            form_key=asked.form_key,
            new_order=new_order,
            **_payment(body, body.currency),
        )
        return charge.proceed(placed)

    return act(request, do, language=body.language)


@router.post(
    "/orders/{number}/tries",
    **needs("charges:write"),
    response=act_answers(ActTold),
    summary="Try again to charge an order",
)
def try_again(request: HttpRequest, number: str, body: Try) -> HttpResponse:
    """After a charge that was declined, expired or never happened: with a stored card, or with a
    new card-entry session.
    """
    order = order_called(request, number)

    def do(asked: Asked) -> Operation:
        placed: Placed = place.prepare_charge(
            actor=actor_of(request),
            form_key=asked.form_key,
            order=order,
            **_payment(body, order.currency),
        )
        return charge.proceed(placed)

    return act(request, do, language=body.language)


@router.post(
    "/orders/{number}/charge",
    **needs("charges:write"),
    response=act_answers(ActTold),
    summary="Send a charge whose card was entered",
)
def send_charge(request: HttpRequest, number: str, body: ChargeAsked) -> HttpResponse:
    """Once the browser came back from the gateway. operation is the reference of the prepared
    charge, so that nothing else is sent.
    """
    charges = order_called(request, number).operations.filter(kind__in=CHARGES)

    def do(asked: Asked) -> Operation:
        prepared = charges.filter(merchant_reference=body.operation).first()
        if prepared is None:
            sentence = _("This order has no such charge.")
            raise Refused("operation_unknown", sentence, field="operation")
        near = body.near_duplicate
        return charge.charge(
            actor=actor_of(request),
            operation=prepared,
            confirmation=near.confirmation() if near else None,
            sent_key=asked.form_key,
        )

    return act(request, do)


@router.post(
    "/orders/{number}/paid",
    **needs("orders:paid"),
    response=act_answers(OrderTold, 200),
    summary="Mark an order as paid",
)
def mark_order_paid(request: HttpRequest, number: str) -> HttpResponse:
    """Possible once the gateway has confirmed the whole amount."""
    order = order_called(request, number)
    asked = ask(request)
    if kept := kept_answer(asked):
        return kept
    told = order_told(mark_paid(actor=actor_of(request), order=order))
    api_requests.answer(asked, status=200, answer=told.model_dump_json())
    return json_answer(told, 200)


@router.get(
    "/orders",
    **needs("orders:read"),
    response=answers(OrderList),
    summary="List orders",
)
def list_orders(request: HttpRequest, filters: Query[OrderFilters]) -> OrderList:
    """Newest first: the key's own, or with the scope orders:all everybody's."""
    refuse_unknown(request, OrderFilters)
    page = history.page(
        _wanted(filters),
        actor_of(request),
        before=beyond(request, filters.cursor),
        size=filters.limit,
    )
    rows = [row.order for row in page.rows]
    return OrderList(
        orders=[order_told(one) for one in rows],
        next=rows[-1].number if page.older else "",
    )


@router.get(
    "/orders/{number}",
    **needs("orders:read"),
    response=answers(OrderWhole),
    summary="Read an order",
)
def read_order(request: HttpRequest, number: str) -> OrderWhole:
    """An order with its operations."""
    order = order_called(request, number)
    return order_whole(order, operations_of(order))


class Payment(TypedDict):
    """How an order is paid, as the services take it."""

    stored_card: StoredCard | None
    consent: NewConsent | None
    confirmation: Confirmation | None
    initiated_by: str


def _payment(body: Try, currency: str) -> Payment:
    card = StoredCard.objects.filter(pk=body.card).first() if body.card else None
    if body.card and card is None:
        raise Refused("card_unknown", _("There is no such stored card."), field="card")
    near = body.near_duplicate
    return {
        "stored_card": card,
        "consent": body.keep_card.consent(currency) if body.keep_card else None,
        "initiated_by": body.initiated_by,
        "confirmation": near.confirmation() if near else None,
    }


def _wanted(filters: OrderFilters) -> HistoryFilters:
    """The filters as the history takes them: amounts are whole currency there."""
    low, high = filters.amount_from_minor, filters.amount_to_minor
    if filters.currency is not None and filters.currency not in EXPONENTS:
        raise Refused("currency_unknown", _("No such currency."), field="currency")
    if filters.currency is None and (low or high):
        raise Refused("currency_missing", _("An amount needs its currency."), field="currency")
    return HistoryFilters(
        text=filters.text,
        taken_from=filters.since,
        taken_until=filters.until,
        status=filters.status or "",
        source=filters.source or "",
        currency=filters.currency or "",
        customer=customer_called(filters.customer).pk if filters.customer else None,
        amount_from=_whole(low, filters.currency),
        amount_to=_whole(high, filters.currency),
    )


def _whole(amount_minor: int | None, currency: str | None) -> Decimal | None:
    """The amount in whole currency."""
    if amount_minor is None or currency is None:
        return None
    return Decimal(amount_minor).scaleb(-EXPONENTS[currency])
