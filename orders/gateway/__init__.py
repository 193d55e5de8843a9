"""A client of Amazon Payment Services for MOTO charges on tokens. Needs no Django and no settings.

``Client`` sends commands; ``tokenization_form``, ``create_token_form`` and ``read_card_return``
serve card entry in the browser; ``read_feedback`` reads what the gateway posts by itself. See
``docs/gateway.md``.
"""

from orders.gateway.client import Charge, Client
from orders.gateway.codes import MESSAGES, Message
from orders.gateway.errors import GatewayError, NoAnswer, NotSent, NotTrusted, WouldBeRefused
from orders.gateway.feedback import Feedback, read_feedback
from orders.gateway.fields import FIELDS, build
from orders.gateway.forms import (
    CardForm,
    CardReturn,
    create_token_form,
    read_card_return,
    tokenization_form,
)
from orders.gateway.limits import MOTO_BRANDS, would_refuse
from orders.gateway.merchant import Merchant
from orders.gateway.outcome import Outcome, is_over, judge, judge_charge
from orders.gateway.reply import Reply, StatusReply
from orders.gateway.scrub import scrub
from orders.gateway.signature import sign, verify
from orders.gateway.statuses import STATUSES

__all__ = [
    "FIELDS",
    "MESSAGES",
    "MOTO_BRANDS",
    "STATUSES",
    "CardForm",
    "CardReturn",
    "Charge",
    "Client",
    "Feedback",
    "GatewayError",
    "Merchant",
    "Message",
    "NoAnswer",
    "NotSent",
    "NotTrusted",
    "Outcome",
    "Reply",
    "StatusReply",
    "WouldBeRefused",
    "build",
    "create_token_form",
    "is_over",
    "judge",
    "judge_charge",
    "read_card_return",
    "read_feedback",
    "scrub",
    "sign",
    "tokenization_form",
    "verify",
    "would_refuse",
]
