"""What to say to the caller and to do next after a refusal, by sort of refusal.

``services.meanings`` names the sort of each message code of APS; ``services.explain`` joins them.
"Nothing was charged" stands only where a definite, signed refusal proves it.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Words for the caller, the next step for staff, and which cards may be tried again."""

    say: Promise
    next_step: Promise
    try_same_card: bool = False
    try_other_card: bool = False


DECLINED = Advice(
    say=_("Your bank did not approve this card. Would you like to use another card?"),
    next_step=_("Take another card, or the same one again once the caller has asked the bank."),
    try_same_card=True,
    try_other_card=True,
)
REFUSED_CARD = Advice(
    say=_("This card cannot be used. Nothing was charged. Would you like to use another card?"),
    next_step=_("Take another card. The same card will be refused again."),
    try_other_card=True,
)
MISTYPED = Advice(
    say=_("The card's details were not accepted. May I take them once more?"),
    next_step=_("Ask the caller to read the card again in fours, with its expiry."),
    try_same_card=True,
    try_other_card=True,
)
FRAUD = Advice(
    say=_("This card was not accepted. Nothing was charged. Would you like to use another card?"),
    next_step=_("Do not try this card again. If you doubt the caller, stop and ask a supervisor."),
    try_other_card=True,
)
CARD_LIMIT = Advice(
    say=_("This card does not allow the amount. Would you like to use another card?"),
    next_step=_("Take another card, or the same one once the bank has raised its limit."),
    try_same_card=True,
    try_other_card=True,
)
AMOUNT_LIMIT = Advice(
    say=_("We cannot take this amount in one go. Nothing was charged. We will contact you."),
    next_step=_("No card will change this. Ask a supervisor whether the amount may be split."),
)
BRAND = Advice(
    say=_("We cannot take this kind of card here. Would you like to use another card?"),
    next_step=_("Take a card of another brand, and tell a supervisor which brand was refused."),
    try_other_card=True,
)
CURRENCY = Advice(
    say=_("We cannot take this currency at the moment. Nothing was charged. We will contact you."),
    next_step=_("Tell a supervisor: the account does not take this currency."),
)
SET_UP = Advice(
    say=_("Our payment service has a fault. Nothing was charged. May we call you back?"),
    next_step=_(
        "Tell a supervisor first: every card will be refused until the account is put right."
    ),
    try_same_card=True,
)
OUR_DATA = Advice(
    say=_("We made a mistake in the request. Nothing was charged. May we call you back?"),
    next_step=_("Tell a supervisor, and check the customer's details before trying again."),
    try_same_card=True,
)
NOT_PROVEN = Advice(
    say=_(
        "The bank has not answered yet. At most one payment was sent, so you cannot be charged "
        "twice."
    ),
    next_step=_("Do not charge again. The office keeps asking until the gateway gives proof."),
)
NOTHING_LEFT = Advice(
    say=_("Nothing more was moved. We will look into it and contact you."),
    next_step=_("Compare the amounts of this order with the gateway before doing anything else."),
)
DONE = Advice(
    say=_("That is done."),
    next_step=_("Nothing is left to do here."),
)
