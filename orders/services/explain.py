"""A response code of APS in plain words: what it means, what to say, what may be done next.

Display only. What a code proves is decided by ``orders.gateway.outcome``; this never offers a card
where that leaves the outcome open.
"""

from dataclasses import dataclass, fields

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.services.advice import DONE, NOT_PROVEN, NOTHING_LEFT, Advice
from orders.services.meanings import MEANINGS

_DONE = {
    "02000": _("Reserved"),
    "04000": _("Reserved amount taken"),
    "06000": _("Refunded"),
    "08000": _("Reserved amount let go"),
    "12000": _("The gateway answered the question"),
    "14000": _("Charged"),
    "18000": _("Card accepted"),
    "18062": _("Card accepted"),
    "18063": _("Card accepted"),
    "52000": _("Card accepted"),
    "52062": _("Card accepted"),
    "52063": _("Card accepted"),
    "58000": _("The kept card was changed"),
}
# Statuses under which no message settles anything (APS guide, "Statuses").
_OPEN = {
    "01": _("The gateway has stored the order"),
    "10": _("Not finished at the gateway"),
    "11": _("The gateway could not answer the question"),
    "15": _("The gateway itself is not sure"),
    "19": _("Not decided yet at the gateway"),
    "20": _("Held back at the gateway"),
    "40": _("The gateway is reviewing it"),
}
_REFUSING = frozenset({"00", "03", "13", "17", "53", "59"})
_FOLLOW_UPS = frozenset({"05", "07", "09"})


@dataclass(frozen=True)
class Explanation:
    """Words about one answer. ``title`` is its meaning, ``say`` is read to the caller,
    ``next_step`` is for staff; the flags tell which cards may be tried on the order.
    """

    title: Promise
    say: Promise
    next_step: Promise
    try_same_card: bool
    try_other_card: bool


def explain(response_code: str) -> Explanation:
    """The words for a code of five digits. Never fails: what is not listed is taken as open."""
    status, message = response_code[:2], response_code[2:]
    if response_code in _DONE:
        return _explanation(_DONE[response_code], DONE)
    if status in _OPEN:
        return _explanation(_OPEN[status], NOT_PROVEN)
    title, advice = MEANINGS.get(message, (_("The gateway's answer is not known here"), NOT_PROVEN))
    if advice is DONE:
        return _explanation(_("The gateway's answer contradicts itself"), NOT_PROVEN)
    if status in _FOLLOW_UPS and advice is not NOT_PROVEN:
        advice = NOTHING_LEFT
    elif status not in _REFUSING | _FOLLOW_UPS:
        advice = NOT_PROVEN
    return _explanation(title, advice)


def _explanation(title: Promise, advice: Advice) -> Explanation:
    return Explanation(
        title=title, **{one.name: getattr(advice, one.name) for one in fields(advice)}
    )
