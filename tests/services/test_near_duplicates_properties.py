"""Whatever is ordered, confirmed and answered, in whatever sequence and by whom: no charge leaves
beside one that looks like it without a reason, nor beside an unknown one without the right.

What looks like it is found here a second time, by plain loops over what the story remembers.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from django.db.models import QuerySet

from orders import clock
from orders.errors import Refused
from orders.gateway import Outcome
from orders.models import Operation, Staff, StoredCard
from orders.services import audit, charge, evidence, place, resend
from orders.services.near_duplicates import RIGHT, Confirmation, Warned
from orders.states import CHARGES, Status
from tests import steps
from tests.factories import CustomerFactory, StaffFactory, StoredCardFactory
from tests.services.said import said

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
STORIES, LONGEST = 15, 20
AMOUNTS = [12_500, 8_000]
HARMLESS = {Status.DECLINED, Status.EXPIRED, Status.VOIDED, Status.LAPSED}
OUTCOMES = [Outcome.APPROVED, Outcome.DECLINED, Outcome.UNKNOWN, Outcome.UNKNOWN]


@dataclass
class Story:
    """Two customers with a card each, an agent, a supervisor, and what each of them was shown."""

    chance: Random
    people: list[Staff]
    cards: list[StoredCard]
    shown: list[Warned]
    seen: Counter[str]

    def confirmation(self) -> Confirmation | None:
        """None, what was shown once, or a reason without having looked."""
        kind = self.chance.choice(["none", "shown", "shown", "blind", "silent"])
        if kind == "none" or not self.shown:
            return None
        if kind == "blind":
            return Confirmation("a reason for nothing", frozenset())
        latest = self.chance.choice(self.shown[-3:])
        return latest.answered("" if kind == "silent" else "the customer wants two")

    def act(self) -> Operation | None:
        """One thing somebody does; what was sent by it, if anything."""
        actor = self.chance.choice(self.people)
        given = {"actor": actor, "confirmation": self.confirmation()}
        kind = self.chance.choice(["stored", "stored", "new", "charge", "again", "resend"])
        before = set(self.sending())
        try:
            getattr(self, kind)(given)
        except Warned as warned:
            self.shown.append(warned)
            self.seen["warned, open" if warned.needs_right else "warned"] += 1
        except Refused:
            self.seen["refused"] += 1
        sent = set(self.sending()) - before
        self.seen[f"sent {kind}"] += len(sent)
        return Operation.objects.get(pk=sent.pop()) if sent else None

    def sending(self) -> list[int]:
        return list(self.operations(Status.SENDING).values_list("pk", flat=True))

    def operations(self, *statuses: Status) -> QuerySet[Operation]:
        customers = [card.customer for card in self.cards]
        return Operation.objects.filter(status__in=statuses, order__customer__in=customers)

    def wanted(self, card: StoredCard) -> object:
        return steps.wanted(card.customer, amount_minor=self.chance.choice(AMOUNTS))

    def stored(self, given: dict[str, object]) -> None:
        card = self.chance.choice(self.cards)
        order = {"new_order": self.wanted(card), "stored_card": card}
        place.place_order(form_key=place.new_form_key(), **order, **given)

    def new(self, given: dict[str, object]) -> None:
        order = {"new_order": self.wanted(self.chance.choice(self.cards))}
        placed = place.place_order(form_key=place.new_form_key(), **order, **given)
        token = self.chance.choice([*self.cards, None])
        name = token.token_name if token else place.new_form_key()
        Operation.objects.filter(pk=placed.operation.pk).update(token_name=name)

    def charge(self, given: dict[str, object]) -> None:
        charge._claim(operation=self.one_of(Status.PREPARED), sent_key=None, **given)

    def again(self, given: dict[str, object]) -> None:
        order = self.one_of(Status.DECLINED, Status.EXPIRED, Status.NOT_CHARGED).order
        card = next(one for one in self.cards if one.customer_id == order.customer_id)
        place.prepare_charge(form_key=place.new_form_key(), order=order, stored_card=card, **given)

    def resend(self, given: dict[str, object]) -> None:
        resend._claim(operation=self.one_of(Status.NOT_CHARGED), **given)

    def one_of(self, *statuses: Status) -> Operation:
        found = list(self.operations(*statuses))
        if not found:
            raise Refused("nothing_there", "")
        return self.chance.choice(found)

    def answer(self) -> None:
        """The gateway says something about a charge that is not settled, or it never left."""
        for pk in self.sending():
            if self.chance.random() < 0.5:
                operation = Operation.objects.get(pk=pk)
                outcome = self.chance.choice(OUTCOMES)
                statement = said(
                    outcome, source="reply", fort_id=f"1697{pk}", response_code="13666"
                )
                never_left = outcome == Outcome.UNKNOWN and self.chance.random() < 0.4
                statement = replace(statement, sent=False if never_left else None)
                evidence.apply(operation=operation, statement=statement)


def look_alikes(sent: Operation, now: datetime) -> tuple[list[Operation], list[Operation]]:
    """What the charge looks like: all of them, and those that only a supervisor may pass."""
    alike, unknown = [], []
    for one in Operation.objects.filter(kind__in=CHARGES).select_related("order"):
        age = now - (one.submitted_at or one.created_at)
        same = one.order.customer_id == sent.order.customer_id
        is_other = one.order_id != sent.order_id and one.status not in HARMLESS
        is_equal = (one.amount_minor, one.currency) == (sent.amount_minor, sent.currency)
        if is_other and is_equal and age <= timedelta(hours=24):
            if same or one.token_name == sent.token_name:
                alike.append(one)
            is_open = one.status in {Status.SENDING, Status.UNKNOWN}
            if same and is_open and age <= timedelta(minutes=10):
                unknown.append(one)
    return alike, unknown


def check(sent: Operation, now: datetime) -> int:
    """How many it looked like; fails where a reason, the right or the event is missing."""
    alike, unknown = look_alikes(sent, now)
    told = list(sent.order.events.filter(kind="near_duplicate_passed"))
    shown = {str(reference) for event in told for reference in event.data["beside"]}
    if alike:
        assert sent.reason
        assert {str(one) for one in alike} <= shown
        assert {f"{one.pk}-{one.status}" for one in alike} <= set(sent.beside.split())
    for one in unknown:
        events = [event for event in told if str(one) in event.data["beside"]]
        assert any(event.actor and event.actor.has_perm(RIGHT) for event in events)
    return len(alike)


def test_no_charge_that_looks_like_another_is_sent_without_a_reason(
    db: None, settings: object
) -> None:
    for name in ("PERSON_REFUSALS", "PAUSE_CHARGES", "CARD_REFUSALS_A_DAY", "ORDER_TRIES_A_DAY"):
        setattr(settings, name, 10_000)
    settings.CARD_REFUSALS_A_MONTH = settings.CARD_FORMS_AN_HOUR = 10_000  # type: ignore[attr-defined]
    seen: Counter[str] = Counter()
    for seed in range(STORIES):
        people = [StaffFactory(agent=True), StaffFactory(supervisor=True)]
        cards = [StoredCardFactory(customer=CustomerFactory()) for _each in range(2)]
        story = Story(Random(seed), people, cards, [], seen)
        now = START + timedelta(days=2 * seed)
        for _number in range(LONGEST):
            now += timedelta(minutes=story.chance.choice([0, 1, 3, 8, 300]))
            with clock.at(now):
                if sent := story.act():
                    seen["beside another"] += bool(check(sent, now))
                story.answer()
    assert not list(audit.verify())
    wanted = ["sent stored", "sent charge", "sent again", "sent resend", "beside another"]
    assert min(seen[one] for one in [*wanted, "warned", "warned, open"]) > 0, seen
