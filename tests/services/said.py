"""Statements for tests, as the gateway would make them."""

import secrets

from orders.gateway import Outcome
from orders.services.statement import Statement


def said(
    outcome: Outcome,
    *,
    verified: bool = True,
    reason: str = "",
    source: str = "check",
    **facts: str,
) -> Statement:
    """Something the gateway said, never heard before."""
    return Statement(
        source=source,
        outcome=outcome,
        verified=verified,
        digest=secrets.token_hex(32),
        reason=reason,
        facts=facts,
    )
