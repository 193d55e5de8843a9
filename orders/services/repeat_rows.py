"""The dry run: each row as typed becomes a row that can be charged, or a sentence about what is
wrong with it. Reads only, a few queries for every few hundred rows.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from orders import money
from orders.errors import Refused
from orders.models import Order, RepeatItem, StoredCard
from orders.run_states import HOLD_REFERENCE
from orders.services import agreements, near_duplicates, rules
from orders.services.agreements import Room
from orders.sheets import Line

COLUMNS = frozenset({"customer", "card", "amount", "currency", "reference", "description"})
_AT_ONCE = 500
_CUSTOMER = re.compile(r"[Cc]-?([0-9]{4,18})")
_CARD = re.compile(r"[0-9]{1,18}")
_LONGEST = {"reference": 60, "description": 250}
Key = tuple[int, int, str]


@dataclass
class DryRun:
    """What was found so far. ``faults`` and ``alike`` hold ``(line, sentence)``: what is wrong with
    a row, and what a good row looks like.
    """

    row_count: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    alike: list[tuple[int, str]] = field(default_factory=list)
    _lines: dict[str, int] = field(default_factory=dict)
    _spent: dict[int, int] = field(default_factory=dict)
    _charged: dict[Key, str] = field(default_factory=dict)

    def check(self, lines: Iterable[Line]) -> Iterator[list[RepeatItem]]:
        """The rows that can be charged, unsaved and without a run, some hundred at a time."""
        self._charged = dict(_charged_lately())
        rest = iter(lines)
        while some := list(islice(rest, _AT_ONCE)):
            known = _Known(some)
            found = [self._row(line, known) for line in some]
            yield [item for item in found if item]

    def _row(self, line: Line, known: "_Known") -> RepeatItem | None:
        self.row_count += 1
        try:
            item = self._checked(line, known)
        except Refused as refusal:
            self.faults.append((line.number, str(refusal.sentence)))
            return None
        key = (item.card.customer_id, item.amount_minor, item.currency)
        if other := self._charged.get(key):
            sentence = _("The same customer and amount as %(other)s.") % {"other": other}
            self.alike.append((line.number, sentence))
        self._charged[key] = _("line %(line)s") % {"line": line.number}
        return item

    def _checked(self, line: Line, known: "_Known") -> RepeatItem:
        cells = line.cells
        _check_form(line)
        reference = cells["reference"]
        first = self._lines.setdefault(reference, line.number)
        if first != line.number:
            raise Refused("twice", _("Line %(line)s has the same reference.") % {"line": first})
        if sentence := known.references.get(reference):
            raise Refused("used", sentence)
        currency = cells["currency"].upper()
        if currency not in settings.CURRENCIES:
            words = {"currencies": ", ".join(settings.CURRENCIES)}
            raise Refused("currency_unknown", _("The currency is none of %(currencies)s.") % words)
        amount_minor = money.parse_amount(cells["amount"], currency)
        card = known.card(cells.get("customer", ""), cells.get("card", ""))
        rules.check_card(card, card.customer, amount_minor, currency)
        self._check_room(card, known.rooms[card.pk], amount_minor, currency)
        return RepeatItem(
            line=line.number,
            reference=reference,
            card=card,
            amount_minor=amount_minor,
            currency=currency,
            description=cells.get("description", ""),
        )

    def _check_room(self, card: StoredCard, room: Room, amount_minor: int, currency: str) -> None:
        """Refuse what the customer's permission does not cover, with all rows before this one."""
        if room.left_minor is None:
            return
        if currency != room.currency:
            words = {"currency": room.currency}
            sentence = _("The customer's permission is for charges in %(currency)s.") % words
            raise Refused("consent_currency", sentence)
        left_minor = room.left_minor
        if room.month_left_minor is not None:
            left_minor = min(left_minor, room.month_left_minor - self._spent.get(card.pk, 0))
        if amount_minor > left_minor:
            words = {"left": money.format_money(max(left_minor, 0), currency)}
            raise Refused(
                "consent_room", _("The customer's permission covers only %(left)s now.") % words
            )
        self._spent[card.pk] = self._spent.get(card.pk, 0) + amount_minor


class _Known:
    """What the office knows of the cards, customers and references that some rows name."""

    def __init__(self, lines: list[Line]) -> None:
        names = [line.cells.get("customer", "") for line in lines]
        customer_ids = {pk for name in names if (pk := _customer_id(name))}
        typed = [line.cells.get("card", "") for line in lines]
        card_ids = {int(card) for card in typed if _CARD.fullmatch(card)}
        cards = StoredCard.objects.filter(Q(pk__in=card_ids) | Q(customer__in=customer_ids))
        found = list(cards.select_related("customer", "consent").order_by("pk"))
        self.cards = {card.pk: card for card in found}
        self.rooms = agreements.rooms(found)
        self.references = _used({line.cells.get("reference", "") for line in lines} - {""})

    def card(self, customer: str, card: str) -> StoredCard:
        """The one card that the row means. Raises ``Refused`` where it may not be charged."""
        if not customer and not card:
            raise Refused("whom", _("The customer or the card is missing."))
        customer_id = _customer_id(customer)
        if customer and not customer_id:
            raise Refused("customer", _("The customer is not a number like C-1042."))
        if not card:
            return self._only_card(customer_id)
        found = self.cards.get(int(card)) if _CARD.fullmatch(card) else None
        if found is None:
            raise Refused("card", _("There is no such card."))
        if customer and found.customer_id != customer_id:
            raise Refused("card_of_another", _("This card belongs to another customer."))
        if why := self._why_not(found):
            raise Refused("card", why)
        return found

    def _only_card(self, customer_id: int) -> StoredCard:
        of_customer = [one for one in self.cards.values() if one.customer_id == customer_id]
        usable = [one for one in of_customer if not self._why_not(one)]
        if len(usable) > 1:
            raise Refused(
                "several", _("The customer has several cards. Name one in the column card.")
            )
        if usable:
            return usable[0]
        if len(of_customer) == 1:
            raise Refused("card", self._why_not(of_customer[0]))
        raise Refused("no_card", _("No card of this customer may be charged under an agreement."))

    def _why_not(self, card: StoredCard) -> str:
        if why := agreements.why_unusable(card):
            return _("The card cannot be charged: %(why)s.") % {"why": why}
        if not self.rooms[card.pk].merchant_may_start:
            return _("The customer's permission covers no charge that we start.")
        return ""


def _check_form(line: Line) -> None:
    """Refuse a row that is cut, lacks what it must say, or says too much."""
    if not line.is_whole:
        raise Refused("cells", _("This row has more or fewer cells than the first line."))
    if not line.cells["reference"]:
        raise Refused("no_reference", _("The reference is missing."))
    for name, longest in _LONGEST.items():
        text = line.cells.get(name, "")
        if len(text) > longest:
            words = {"column": name, "most": longest}
            sentence = _("The %(column)s is longer than %(most)s characters.") % words
            raise Refused("too_long", sentence)
        if any(unicodedata.category(letter) == "Cc" for letter in text):
            sentence = _("The %(column)s holds characters that cannot be seen.") % {"column": name}
            raise Refused("unseen", sentence)


def used_before(references: set[str]) -> RepeatItem | None:
    """A row of a run by which one of the references is charged already, or will be."""
    rows = RepeatItem.objects.filter(reference__in=references, state__in=sorted(HOLD_REFERENCE))
    return rows.select_related("run").first()


def used_words(item: RepeatItem) -> str:
    """Where the reference of the row was used, for somebody who wants to use it again."""
    words = {"run": item.run.number, "name": item.run.name, "line": item.line}
    return _("This reference was used in run %(run)s (%(name)s), line %(line)s.") % words


def _used(references: set[str]) -> dict[str, str]:
    """A sentence for each of the references that a run or an order has."""
    rows = RepeatItem.objects.filter(reference__in=references, state__in=sorted(HOLD_REFERENCE))
    found = {one.reference: used_words(one) for one in rows.select_related("run")}
    for order in Order.objects.filter(reference__in=references - found.keys()):
        words = {"number": order.number, "status": order.get_status_display()}
        found[order.reference] = (
            _("Order %(number)s already has this reference (%(status)s).") % words
        )
    return found


def _charged_lately() -> Iterator[tuple[Key, str]]:
    """What was charged within a day, by customer, amount and currency: the order's number."""
    columns = ("order__customer", "amount_minor", "currency", "order")
    for *key, order in near_duplicates.recent().values_list(*columns).iterator():
        yield (key[0], key[1], key[2]), Order(pk=order).number


def _customer_id(name: str) -> int:
    """The id of the customer called "C-1042"; 0 for no such name."""
    match = _CUSTOMER.fullmatch(name)
    return max(int(match[1]) - 1000, 0) if match else 0
