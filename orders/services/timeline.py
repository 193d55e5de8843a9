"""The events of an order as sentences a person reads: what, who, the detail, the reason, when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orders import money
from orders.models import Event, Evidence
from orders.purposes import Initiator
from orders.services.ceilings import Over, limit_words
from orders.services.explain import explain
from orders.services.happenings import HAPPENINGS
from orders.states import PAID_BY, Act, Limit, OutsideMethod, Reason

_SYSTEM = "system"
_CARD_KINDS = frozenset({"card_received", "card_refused"})


@dataclass(frozen=True)
class Entry:
    """A line of the timeline. ``who`` is a person, the gateway or the system, ``details`` are
    short words, ``mood`` is "good", "bad", "wait" or "".
    """

    title: str | Promise
    at: datetime
    who: str
    details: list[str]
    reason: str
    mood: str


def timeline(events: Iterable[Event]) -> list[Entry]:
    """A line for each event, in the order given. No kind of event is left out."""
    return [_entry(event) for event in events]


def _entry(event: Event) -> Entry:
    title, mood = HAPPENINGS.get(event.kind, (event.kind.replace("_", " ").capitalize(), ""))
    return Entry(
        title=title,
        at=event.at,
        who=_who(event),
        details=_details(event),
        reason=event.reason,
        mood=mood,
    )


def _who(event: Event) -> str:
    """Who says so: evidence speaks for the gateway, even where a person asked for it."""
    source = event.data.get("evidence")
    if source == Evidence.Source.REPLY:
        return _("Gateway, in its answer")
    if source == Evidence.Source.FEEDBACK:
        return _("Gateway, by feedback")
    if source == Evidence.Source.CHECK:
        return _("Gateway, when asked")
    if event.kind in _CARD_KINDS:
        return _("Gateway, after the card's form")
    return _("System") if event.actor_name == _SYSTEM else event.actor_name


def _details(event: Event) -> list[str]:
    """What the event is about: money, card, the gateway's code in plain words, the reference."""
    data = event.data
    said = []
    if data.get("amount_minor") and data.get("currency"):
        said.append(money.format_money(data["amount_minor"], data["currency"]))
    if data.get("outside_reference"):
        words = PAID_BY[OutsideMethod(data["method"])]
        said.append(f"{words}: \u2068{data['outside_reference']}\u2069")
    if data.get("received_on"):
        said.append(_("Received on %(day)s") % {"day": f"\u2066{data['received_on']}\u2069"})
    if data.get("card"):
        said.append(data["card"])
    if code := data.get("response_code"):
        said.append(f"{explain(code).title} ({code})")
    if started := data.get("initiated_by"):
        said.append(_("Started by: %(who)s") % {"who": Initiator(started).label})
    if data.get("external"):
        said.append(_("Made in the gateway's own back office"))
    if code := data.get("reason_code"):
        said.append(str(Reason(code).label))
    if seen := data.get("seen_fort_id"):
        said.append(_("Seen there as %(number)s") % {"number": seen})
    if over := data.get("over"):
        act, limit, ceiling_minor, moved_minor = over
        found = Over(Act(act), Limit(limit), ceiling_minor, moved_minor, data["currency"])
        said.append(limit_words(found))
    if (asked_by := data.get("asked_by")) and asked_by != event.actor_name:
        said.append(_("Asked for by %(name)s") % {"name": asked_by})
    if second := data.get("second_person"):
        said.append(_("Second person: %(name)s") % {"name": second})
    reference = data.get("maintenance_reference") or data.get("merchant_reference")
    if reference:
        said.append(reference)
    if webhook := data.get("webhook"):
        said.append(f"\u2068{webhook}\u2069")
    if beside := data.get("beside"):
        said.append(_("Beside %(charges)s") % {"charges": ", ".join(beside)})
    return said
