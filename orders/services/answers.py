"""Evidence as a person reads it: who said it, when, and what it means in plain words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orders.gateway import Outcome
from orders.models import Evidence
from orders.services.by_books import NOT_MOVED
from orders.services.explain import explain
from orders.services.statement import RELEASED, is_mismatch


@dataclass(frozen=True)
class Answer:
    """One thing that was said about an operation. ``code`` is APS's own, "" where there is none."""

    at: datetime
    source: str
    words: str | Promise
    code: str = ""


def told(evidence: Evidence) -> Answer:
    """The answer that ``evidence`` keeps, in plain words."""
    code = evidence.body.get("transaction_code") or evidence.body.get("response_code", "")
    return Answer(
        at=evidence.received_at,
        source=evidence.get_source_display(),
        words=_words(evidence, code),
        code=code if evidence.verified else "",
    )


def _words(evidence: Evidence, code: str) -> str | Promise:
    if evidence.source == Evidence.Source.PERSON:
        return _by_people(evidence)
    if evidence.reason == NOT_MOVED:
        return _("The gateway's books do not hold it")
    if evidence.outcome == Outcome.NOT_FOUND:
        return _("The gateway does not know this charge")
    if evidence.verified and is_mismatch(evidence.reason):
        return _("The answer does not match what was sent")
    if evidence.verified and code:
        return explain(code).title
    if evidence.size:
        return _("An answer came that cannot be trusted")
    return _("No answer came")


def _by_people(evidence: Evidence) -> str:
    if evidence.reason == RELEASED:
        return _("Let go of, with a second person")
    if evidence.outcome == Outcome.APPROVED:
        return _("Seen in the gateway's books, with a second person")
    return _("Not in the gateway's books, with a second person")
