"""The rules an order must keep before anything is stored or sent, each with a sentence."""

from django.conf import settings
from django.utils.translation import gettext as _

from orders import clock
from orders.cards import BRANDS
from orders.errors import Refused
from orders.gateway import WouldBeRefused, would_refuse
from orders.models import Customer, Operation, Order, Staff, StoredCard
from orders.services.new_order import NewCustomer, NewOrder
from orders.states import CHARGES, Source


def may(actor: Staff, *permissions: str) -> None:
    """Raise ``Refused`` unless ``actor`` is active and holds every one of ``permissions``."""
    if not actor.is_active or not actor.has_perms(permissions):
        raise Refused("not_permitted", _("You do not have the right to do this."))


def other_person(actor: Staff, second_person: Staff, *permissions: str, sentence: str) -> None:
    """Refuse one person in two roles, and with ``sentence`` a second one who holds none of
    ``permissions``.
    """
    if second_person.pk == actor.pk:
        raise Refused("same_person", _("Another person has to agree."), field="second_username")
    if not second_person.is_active or not any(map(second_person.has_perm, permissions)):
        raise Refused("second_not_permitted", sentence, field="second_username")


def check_order(new_order: NewOrder) -> None:
    """Refuse an order whose source, currency, amount or reference cannot be."""
    if new_order.source not in Source.values:
        raise Refused("source_unknown", _("Choose how the order came."), field="source")
    if new_order.wants not in CHARGES:
        raise Refused("wants_unknown", _("Choose to take now or to reserve."), field="wants")
    if new_order.currency not in settings.CURRENCIES:
        raise Refused("currency_unknown", _("Choose a currency from the list."), field="currency")
    if new_order.amount_minor <= 0:
        raise Refused("amount_zero", _("The amount must be more than zero."), field="amount")
    check_gateway_takes("", new_order.amount_minor, new_order.currency, "")
    check_reference(new_order.reference)


def check_amount(order: Order, operation: Operation) -> None:
    """Refuse a charge of another amount than the order has by now."""
    if (operation.amount_minor, operation.currency) != (order.amount_minor, order.currency):
        raise Refused(
            "amount_changed",
            _("This order is for %(amount)s by now. Nothing was charged. Take the card again.")
            % {"amount": order.amount},
            field="amount",
        )


def check_reference(reference: str) -> None:
    """Refuse an order reference that another order carries, naming that order."""
    other = Order.objects.filter(reference=reference).first() if reference else None
    if other:
        raise Refused(
            "reference_taken",
            _("Order %(number)s already has this reference (%(status)s).")
            % {"number": other.number, "status": other.get_status_display()},
            field="reference",
        )


def check_customer(customer: Customer | NewCustomer) -> None:
    """Refuse a customer who was deleted meanwhile."""
    if isinstance(customer, Customer) and not Customer.objects.filter(pk=customer.pk).exists():
        raise Refused(
            "customer_gone",
            _("This customer is not there any more. Choose again."),
            field="customer_search",
        )


def check_card(
    card: StoredCard | None, customer: Customer | NewCustomer, amount_minor: int, currency: str
) -> None:
    """Refuse a stored card that is not this customer's or cannot be charged, and what the gateway
    is known to refuse for it. Without a card only the amount is looked at.
    """
    if card is None:
        return check_gateway_takes("", amount_minor, currency, "")
    if not isinstance(customer, Customer) or card.customer_id != customer.pk:
        raise Refused("card_of_another", _("This card belongs to another customer."), field="card")
    if card.state != StoredCard.State.ACTIVE:
        raise Refused(
            "card_not_active",
            _("This card can no longer be used (%(state)s). Choose another card.")
            % {"state": card.get_state_display()},
            field="card",
        )
    return check_gateway_takes(card.brand, amount_minor, currency, card.expiry)


def check_gateway_takes(brand: str, amount_minor: int, currency: str, expiry: str) -> None:
    """Refuse what APS is known to refuse on MOTO. ``brand`` and ``expiry`` (YYMM) may be ""."""
    refusals = would_refuse(
        payment_option=brand or None,
        amount_minor=amount_minor,
        currency=currency,
        expiry=expiry or None,
        today=clock.today().strftime("%y%m"),
    )
    if refusals:
        refusal = refusals[0]
        field = {"amount": "amount", "currency": "currency"}.get(refusal.field, "card")
        raise Refused(refusal.code, _sentence(refusal, brand, expiry), field=field)


def _sentence(refusal: WouldBeRefused, brand: str, expiry: str) -> str:
    """What staff should do about a refusal by ``orders.gateway.limits``."""
    sentences = {
        "brand_not_moto": _(
            "%(brand)s cards cannot be charged by phone or post. Ask for %(those)s."
        ),
        "currency_format": _("Choose a currency from the list."),
        "amount_range": _("The gateway takes at most ten digits. Split the amount."),
        "visa_last_digit": _("Visa takes this currency only with a last decimal of 0."),
        "card_ended": _("This card ended %(expiry)s. Ask for another card."),
    }
    return sentences[refusal.code] % {
        "brand": brand,
        "those": ", ".join(BRANDS.values()),
        "expiry": f"{expiry[2:]}/{expiry[:2]}",
    }
