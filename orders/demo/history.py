"""Ninety days of orders, taken through the same services as real ones, at the stand-in gateway."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from django.contrib.auth.models import Group

from orders import clock, money
from orders.demo import gateway, outside, people
from orders.demo.consents import allow
from orders.models import Customer, Order, Staff, StoredCard
from orders.roles import ADMIN_SITE_ROLES
from orders.services import charge, customers, follow_up, outside_payments, paid, place
from orders.services.follow_up import Wish
from orders.services.near_duplicates import Warned
from orders.services.new_order import NewOrder
from orders.states import Kind, OrderStatus, Reason, Source

EVERY_MINUTE_OF_A_DAY = range(8 * 60, 20 * 60)
SOURCES = [Source.PHONE] * 9 + [Source.POST] * 6 + [Source.IN_PERSON] * 2
OTHER_SOURCES = [Source.API, Source.REPEAT]
HELD_FOR = timedelta(days=6)  # a bank keeps no reservation for much longer
# How the latest orders ended, the last one being 1.
RECENT = dict(enumerate(["unknown"] * 3 + ["refund_unknown", "reserved", "part_refunded"], 1))
UNKNOWN_FOR_EVER = 940  # the stand-in's amount that is never settled
ENDINGS = (
    ["paid"] * 52
    + ["charged"] * 9
    + ["declined"] * 11
    + ["reserved"] * 7
    + ["captured"] * 6
    + ["voided"] * 4
    + ["refunded"] * 5
    + ["part_refunded"] * 4
    + ["open"] * 2
    + ["outside"] * 2
)


def make_staff() -> dict[str, Staff]:
    """The demo's staff by role, made or as they are; their password is ``people.PASSWORD``."""
    staff: dict[str, Staff] = {}
    for role, (first, last, language) in people.STAFF.items():
        member, is_new = Staff.objects.get_or_create(
            username=role,
            defaults={
                "first_name": first,
                "last_name": last,
                "language": language,
                "is_staff": role in ADMIN_SITE_ROLES,
                "email": f"{role}@moto-demo.example",
            },
        )
        if is_new:
            member.set_password(people.PASSWORD)
            member.save(update_fields=["password"])
            member.groups.add(Group.objects.get(name=role))
        staff[role] = member
    return staff


class Known(NamedTuple):
    """A customer of the story: ``number`` counts them, ``currency`` is what they pay in."""

    number: int
    customer: Customer
    currency: str
    cards: list[StoredCard]


class History:
    """Takes ``count`` orders over ``days`` days; the same seed tells the same story."""

    def __init__(self, staff: dict[str, Staff], *, count: int, days: int, seed: int = 7) -> None:
        self.random = Random(seed)  # noqa: S311  a story, not a secret
        self.staff = staff
        self.count = count
        self.days = days
        self.is_recent = False  # whether the order has receipts that wait to be mailed

    def take(self) -> Iterator[Order]:
        """Take the orders, oldest first, yielding each."""
        now = clock.now()
        with clock.at(now - timedelta(days=self.days, minutes=30)):
            people_known = [self._customer(number) for number in range(people.CUSTOMERS)]
        for number, moment in enumerate(self._moments(now)):
            ending = RECENT.get(self.count - number) or self.random.choice(ENDINGS)
            if ending == "reserved" and now - moment > HELD_FOR:
                ending = "captured"
            with clock.at(moment):
                self.is_recent = self.count - number in RECENT
                yield self._order(self.random.choice(people_known), moment, ending)

    def _moments(self, now: datetime) -> list[datetime]:
        """``count`` moments in office hours, in order, the last ones within the last hour."""
        first_day = now - timedelta(days=self.days)
        moments = []
        for _number in range(self.count - 6):
            day = first_day + timedelta(days=self.random.randrange(self.days))
            minute = self.random.choice(EVERY_MINUTE_OF_A_DAY) - 4 * 60
            moments.append(
                day.replace(hour=0, minute=0, second=self.random.randrange(people.CUSTOMERS))
                + timedelta(minutes=minute)
            )
        recent = [now - timedelta(minutes=minutes) for minutes in (55, 41, 30, 18, 11, 4)]
        return sorted(moments) + recent

    def _customer(self, number: int) -> Known:
        currency = self.random.choice(list(people.PLACES))
        country, cities, dial = people.PLACES[currency]
        arabic = number % 3 == 2
        first = people.FIRST_ARABIC if arabic else people.FIRST
        last = people.LAST_ARABIC if arabic else people.LAST
        name = f"{self.random.choice(first)} {self.random.choice(last)}"
        by_post_only = number % 9 == 4
        customer = customers.create(
            actor=self.staff["agent"],
            name=people.LONG_NAME if number == 21 else name,
            email="" if by_post_only else f"customer{number:02d}@example.com",
            phone="" if by_post_only else f"{dial}{7000000 + number * 1013}",
            address=f"P.O. Box {1200 + number}",
            city=self.random.choice(cities),
            country=country,
            language="ar" if arabic else "en",
        )
        kept = [self._card(customer, card, number, currency) for card in self._cards(number)]
        return Known(number, customer, currency, kept)

    def _cards(self, number: int) -> list[tuple[str, str]]:
        mine = [people.CARDS[number % 3]]
        return [*mine, people.CARDS[(number + 1) % 3]] if number % 4 == 0 else mine

    def _card(
        self, customer: Customer, card: tuple[str, str], number: int, currency: str
    ) -> StoredCard:
        """A card the customer allowed us to keep some months ago."""
        brand, last_four = card
        stored = StoredCard.objects.create(
            customer=customer,
            token_name=gateway.token_name(last_four, number),
            brand=brand,
            last_four=last_four,
            expiry=people.EXPIRY,
            holder="",
            created_at=clock.now(),
        )
        agent = self.staff["agent"]
        allow(stored, number, currency=currency, agent=agent, days=self.days)
        return stored

    def _order(self, known: Known, moment: datetime, ending: str) -> Order:
        number, customer, currency, cards = known
        card = self.random.choice(cards)
        if ending == "declined":
            card = self._declined_card(customer, number, currency)
        order = self._place(customer, currency, card, ending)
        with clock.at(moment + timedelta(minutes=self.random.randrange(2, 50))):
            self._finish(order, ending)
        return Order.objects.get(pk=order.pk)

    def _place(self, customer: Customer, currency: str, card: StoredCard, ending: str) -> Order:
        goods, amount = self.random.choice(people.GOODS)
        minor = amount * 10 ** money.exponent(currency) // 100
        minor = minor // 1000 * 1000 + UNKNOWN_FOR_EVER if ending == "unknown" else minor
        source = self.random.choice(SOURCES if self.random.random() < 0.9 else OTHER_SOURCES)
        by_post = source == Source.POST
        reserves = ending in {"reserved", "captured", "voided"}
        number = self.random.randrange(100, 10**6)
        placed = self._placed(
            actor=self.staff["clerk" if by_post else "agent"],
            form_key=place.new_form_key(),
            stored_card=None if ending in {"open", "outside"} else card,
            new_order=NewOrder(
                source=source,
                customer=customer,
                amount_minor=minor,
                currency=currency,
                wants=Kind.AUTHORIZATION if reserves else Kind.PURCHASE,
                reference=self._reference(source),
                description=goods,
                call_reference=f"CALL-{number}" if source == Source.PHONE else "",
                slip_number=f"S-{number}" if by_post else "",
                send_receipts=self.is_recent,
            ),
        )
        operation = charge.proceed(placed)
        if ending == "open":
            place.cancel(actor=self.staff["agent"], operation=operation)
        return operation.order

    def _placed(self, **given: Any) -> place.Placed:
        """The order placed, with a reason where one like it was charged that day."""
        try:
            return place.place_order(**given)
        except Warned as warned:
            given["actor"] = self.staff["supervisor"] if warned.needs_right else given["actor"]
            answer = warned.answered("Customer orders it once more")
            return place.place_order(**given, confirmation=answer)

    def _reference(self, source: str) -> str:
        """A merchant's own reference that no order carries yet, or none."""
        if self.random.random() < 0.2:
            return ""
        prefix = "FORM" if source == Source.POST else "WEB"
        taken = True
        while taken:
            reference = f"{prefix}-{self.random.randrange(10_000, 99_999)}"
            taken = Order.objects.filter(reference=reference).exists()
        return reference

    def _declined_card(self, customer: Customer, number: int, currency: str) -> StoredCard:
        _brand, last_four = people.DECLINED_CARD
        token = gateway.token_name(last_four, number)
        kept = StoredCard.objects.filter(token_name=token).first()
        return kept or self._card(customer, people.DECLINED_CARD, number, currency)

    def _finish(self, order: Order, ending: str) -> None:
        """What a supervisor or the person who took the order did later that day."""
        order.refresh_from_db()
        boss, key = self.staff["supervisor"], place.new_form_key()
        if ending in {"paid", "refunded", "part_refunded"} and order.status == OrderStatus.CHARGED:
            paid.mark_paid(actor=order.taken_by or boss, order=order)
        if ending == "outside":
            outside_payments.record(
                actor=boss, order=order, received=outside.received(order, self.random)
            )
        if ending == "captured":
            wish = Wish(form_key=key, amount_minor=order.amount_minor, reason_code=Reason.SHIPPED)
            follow_up.capture(actor=boss, order=order, wish=wish)
        if ending == "voided":
            wish = Wish(form_key=key, reason_code=Reason.CANCELLED)
            follow_up.void(actor=boss, order=order, wish=wish)
        if amount_minor := self._given_back(order, ending):
            wish = Wish(form_key=key, amount_minor=amount_minor, reason_code=Reason.RETURNED)
            follow_up.refund(actor=boss, order=order, wish=wish)

    def _given_back(self, order: Order, ending: str) -> int:
        """How much of it the customer got back, in minor units."""
        if ending == "refund_unknown":
            return UNKNOWN_FOR_EVER
        half = order.amount_minor // 20 * 10
        return {"refunded": order.amount_minor, "part_refunded": half}.get(ending, 0)
