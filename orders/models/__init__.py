"""What the office remembers. Limits and uniqueness are database constraints, not only code."""

from orders.models.api_keys import ApiKey, ApiRequest
from orders.models.approvals import ApprovalRequest, Ceiling
from orders.models.attention import Acknowledgement, AlarmMail
from orders.models.breakers import Breaker
from orders.models.customers import Consent, Customer, SearchKey, StoredCard
from orders.models.differences import Comparison, Difference
from orders.models.events import Event
from orders.models.evidence import Evidence
from orders.models.heartbeats import Heartbeat
from orders.models.operations import Operation
from orders.models.orders import Order
from orders.models.outside_payments import OutsidePayment
from orders.models.receipts import Receipt
from orders.models.repeat_runs import Pace, RepeatItem, RepeatRun
from orders.models.staff import Staff
from orders.models.sweeps import Sweep
from orders.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "Acknowledgement",
    "AlarmMail",
    "ApiKey",
    "ApiRequest",
    "ApprovalRequest",
    "Breaker",
    "Ceiling",
    "Comparison",
    "Consent",
    "Customer",
    "Difference",
    "Event",
    "Evidence",
    "Heartbeat",
    "Operation",
    "Order",
    "OutsidePayment",
    "Pace",
    "Receipt",
    "RepeatItem",
    "RepeatRun",
    "SearchKey",
    "Staff",
    "StoredCard",
    "Sweep",
    "WebhookDelivery",
    "WebhookEndpoint",
]
