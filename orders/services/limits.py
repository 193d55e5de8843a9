"""How often a card, an order, a person and the whole office may try, counted from the operations.

Against cards being tried out: every rule refuses before anything is stored or sent, and the trail
is told. A refusal counts when the bank said no. What our own account is refused for, and what
nobody knows yet, is nobody's failed try. A repeat run charges without an actor: the rules for
persons and the pause of the office leave out what nobody made, whatever its order says.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Right
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Limited, OverCeiling
from orders.gateway import MESSAGES
from orders.models import Customer, Operation, Order, Staff, StoredCard
from orders.services import audit
from orders.services.new_order import NewCustomer
from orders.states import CHARGES, Status

IN_PAUSE = "orders.charge_in_pause"
_DAY, _MONTH, _HOUR = timedelta(days=1), timedelta(days=30), timedelta(hours=1)
_OUR_ACCOUNT = sorted(code for code, (_text, kind) in MESSAGES.items() if kind == "configuration")
_REFUSED = Q(status=Status.DECLINED) & ~Q(message__in=_OUR_ACCOUNT)


class Card(NamedTuple):
    """What is known of a card: its token, and what tells it from the customer's other cards."""

    token_name: str
    brand: str
    last_four: str
    expiry: str

    @classmethod
    def stored(cls, card: StoredCard) -> Self:
        """The facts of a stored card."""
        return cls(card.token_name, card.brand, card.last_four, card.expiry)

    @classmethod
    def of(cls, operation: Operation) -> Self:
        """The facts of the card that an operation is made with."""
        return cls(
            operation.token_name, operation.payment_option, operation.last_four, operation.expiry
        )


def check(
    *,
    actor: Staff | None,
    customer: Customer | NewCustomer,
    card: Card | None,
    order: Order | None = None,
) -> None:
    """Raise ``Limited`` where another charge would be one too many. Without a ``card`` a form for a
    new one is about to be handed out. Runs in the caller's transaction and locks the person, so
    that tries made at the same moment are counted one after the other; a run has no ``actor``.
    """
    if actor:
        check_person(actor)
        _check_office(actor)
    if order:
        _check_order(order)
    if card:
        _check_card(card, customer)
    elif actor:
        _check_card_forms(actor)


def check_person(actor: Staff) -> None:
    """Raise ``Limited`` for a person who is locked, or who has as many tries under way as would
    lock them. Runs in the caller's transaction.
    """
    person = locked(actor)
    if person.charging_locked_at:
        raise Limited(
            "person_locked",
            _(
                "Too many cards were refused in a short time, so you cannot charge any more. "
                "Ask a supervisor to unlock you."
            ),
        )
    under_way = _tries(person).filter(_REFUSED | Q(status=Status.SENDING))
    if _reaches(under_way, _most_refusals(person) + 1):
        raise Limited(
            "too_many_at_once",
            _("Too many charges are under way. Wait for their answers, then press again."),
        )


def locked(actor: Staff) -> Staff:
    """The person, locked until the caller's transaction ends, so that acts made at the same moment
    are counted one after the other. ``OrderQuerySet.locked`` says when in the order of locks.
    """
    people = Staff.objects.select_related("api_key")
    return people.select_for_update(no_key=True, of=("self",)).get(pk=actor.pk)


def lock_sender(operation: Operation) -> None:
    """Lock whoever sent the charge, as ``locked`` does; nobody where a program did."""
    if operation.actor_id:
        Staff.objects.select_for_update(no_key=True).get(pk=operation.actor_id)


def note_refusal(order: Order, operation: Operation) -> None:
    """Lock the person whose charge was just refused if it was one too many, and tell the trail.

    Runs in the transaction that records the refusal and has locked the person, so that no refusal
    is missed.
    """
    person = operation.actor
    if person is None or not operation.is_charge:
        return
    if not _reaches(_tries(person).filter(_REFUSED), _most_refusals(person) + 1):
        return
    free = Staff.objects.filter(pk=person.pk, charging_locked_at=None)
    if free.update(charging_locked_at=clock.now()):
        audit.record_account("charging_locked", actor=person, order=order.number)


@contextmanager
def noted(actor: Staff, order: Order | None = None) -> Iterator[None]:
    """Tell the trail of a limit that the body ran into: in the chain of ``order``, which the body
    has left by then, else in that of the accounts.
    """
    try:
        yield
    except Limited as refusal:
        if isinstance(refusal, OverCeiling) and refusal.may_be_asked_for:
            raise
        if order is None:
            audit.record_account("limit_reached", actor=actor, limit=refusal.code)
        else:
            with transaction.atomic():
                locked = Order.objects.locked(order.pk)
                audit.record(locked, "limit_reached", actor=actor, limit=refusal.code)
        raise


def _check_office(actor: Staff) -> None:
    """The pause is nobody's switch: it holds while the last minutes look like that, so it begins
    and ends by itself, and nobody can forget it. Whoever holds the right decides for themselves.
    """
    if actor.has_perm(IN_PAUSE):
        return
    since = clock.now() - timedelta(seconds=settings.PAUSE_S)
    answered = (
        _charges()
        .filter(_REFUSED | Q(status=Status.APPROVED), submitted_at__gte=since)
        .exclude(actor=None)
    )
    seen = answered.aggregate(all=Count("pk"), refused=Count("pk", filter=_REFUSED))
    is_many = seen["all"] >= settings.PAUSE_CHARGES
    if is_many and seen["refused"] * 100 > settings.PAUSE_REFUSED_PERCENT * seen["all"]:
        raise Limited(
            "office_paused",
            _(
                "Too many cards are being refused in the whole office, so charging is paused for "
                "some minutes. It goes on by itself. A supervisor may charge meanwhile."
            ),
        )


def _check_order(order: Order) -> None:
    """Tries are requests that left for the gateway, sent again or for the first time."""
    sent = order.operations.filter(kind__in=CHARGES, submitted_at__gte=clock.now() - _DAY)
    tries = sent.aggregate(sent=Count("pk"), again=Sum(F("resends"), default=0))
    if tries["sent"] + tries["again"] >= settings.ORDER_TRIES_A_DAY:
        raise Limited(
            "order_tries",
            _("This order was tried %(count)s times in a day. Try again tomorrow.")
            % {"count": settings.ORDER_TRIES_A_DAY},
        )


def _check_card(card: Card, customer: Customer | NewCustomer) -> None:
    """The same token, or a card of this customer that nothing tells apart from it."""
    now = clock.now()
    refused = _charges().filter(_REFUSED, submitted_at__gte=now - _MONTH)
    moments = refused.filter(token_name=card.token_name).values_list("pk", "submitted_at")
    if isinstance(customer, Customer) and card.last_four:
        alike = refused.filter(
            order__customer=customer,
            payment_option=card.brand,
            last_four=card.last_four,
            expiry=card.expiry,
        )
        moments = moments.union(alike.values_list("pk", "submitted_at"))
    sent = [at for _pk, at in moments[: settings.CARD_REFUSALS_A_MONTH] if at]
    if (
        len(sent) >= settings.CARD_REFUSALS_A_MONTH
        or sum(at >= now - _DAY for at in sent) >= settings.CARD_REFUSALS_A_DAY
    ):
        raise Limited(
            "card_refusals",
            _("This card was refused too often. The card schemes forbid more. Ask for another."),
            field="card",
        )


def _check_card_forms(actor: Staff) -> None:
    forms = _charges().filter(actor=actor, stored_card=None, created_at__gte=clock.now() - _HOUR)
    most = settings.API_CARD_FORMS_AN_HOUR if actor.is_machine else settings.CARD_FORMS_AN_HOUR
    if _reaches(forms, most):
        raise Limited(
            "card_forms",
            _("You asked for %(count)s new cards within an hour. Wait a little.") % {"count": most},
            field="card",
        )


def _most_refusals(person: Staff) -> int:
    """How many refusals in a short time are no sign yet: behind a shop stand many customers."""
    most: int = settings.API_REFUSALS if person.is_machine else settings.PERSON_REFUSALS
    return most


def _tries(person: Staff) -> QuerySet[Operation]:
    """What a person sent in the last minutes, and since they were unlocked."""
    since: datetime = clock.now() - timedelta(seconds=settings.PERSON_REFUSALS_S)
    if person.charging_unlocked_at:
        since = max(since, person.charging_unlocked_at)
    return _charges().filter(actor=person, submitted_at__gte=since)


def _charges() -> QuerySet[Operation]:
    """Charges in no order, with ``message``, the part of the answer that says what it means."""
    return (
        Operation.objects.order_by()
        .filter(kind__in=CHARGES)
        .alias(message=Right("response_code", 3))
    )


def _reaches(rows: QuerySet[Operation], most: int) -> bool:
    return rows[:most].count() >= most
