"""Signed messages to addresses of the merchant's own: what may be reached, and how it is sent.

Knows neither Django nor the office, so that the rules can be read and tried by themselves.
"""

from orders.webhooks.errors import NoTarget, NotDelivered
from orders.webhooks.post import post
from orders.webhooks.signature import headers, key_of, new_secret
from orders.webhooks.targets import Policy, Target, parse, resolve

__all__ = [
    "NoTarget",
    "NotDelivered",
    "Policy",
    "Target",
    "headers",
    "key_of",
    "new_secret",
    "parse",
    "post",
    "resolve",
]
