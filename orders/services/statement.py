"""What somebody said about an operation, in one shape, whoever said it and however it came."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from django.db.models import CharField

from orders.gateway import Feedback, GatewayError, NotTrusted, Outcome, Reply, StatusReply
from orders.models import Evidence, Operation, Staff
from orders.states import Kind

_COMMANDS = {Kind.PURCHASE: "PURCHASE", Kind.AUTHORIZATION: "AUTHORIZATION"}
_LONGEST = {
    field.name: field.max_length
    for field in Operation._meta.local_fields
    if isinstance(field, CharField)
}
# The statuses that an answer about an act of a kind may carry (APS guide, "Statuses").
_FAMILIES = {
    Kind.CAPTURE: frozenset({"04", "05"}),
    Kind.VOID: frozenset({"08", "09"}),
    Kind.REFUND: frozenset({"06", "07"}),
}
RELEASED = "released"
AGREED = "agreed"
_MISMATCHES = ("_differs", "_missing", "_taken")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement that ``services.evidence`` can weigh.

    ``digest`` identifies it: the same one again is one statement heard twice. ``facts`` are the
    columns of ``Operation`` it tells, without blanks; ``body`` is scrubbed. ``reason`` says why the
    outcome is unknown, in a machine word. ``sent`` is ``False`` only when surely nothing left, and
    ``was_tried`` when the gateway was not even called.
    ``told`` is what a person said besides, for the trail. ``reply`` is the answer to a question:
    what it proves about a capture, void or refund is judged beside the others of its charge.
    """

    source: str
    outcome: Outcome
    verified: bool
    digest: str
    size: int = 0
    reason: str = ""
    sent: bool | None = True
    was_tried: bool = True
    body: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    reply: StatusReply | None = None

    @property
    def is_mismatch(self) -> bool:
        """Whether the gateway said it, but not of what was sent, or not all of it."""
        return self.verified and is_mismatch(self.reason)

    @property
    def is_answered(self) -> bool | None:
        """Whether the gateway itself answered; ``None`` when it was not even called."""
        return self.verified if self.was_tried else None

    @property
    def totals(self) -> StatusReply | None:
        """The answer to a question where its totals can be believed, else ``None``."""
        is_whole = self.verified and self.reply is not None and self.reply.query_ok
        return self.reply if is_whole else None

    @property
    def is_release(self) -> bool:
        """Whether two people let go of the operation, rather than somebody told its outcome."""
        return self.source == Evidence.Source.PERSON and self.reason == RELEASED

    @classmethod
    def of_reply(cls, operation: Operation, reply: Reply) -> Self:
        """The gateway's answer to what was just sent for ``operation``."""
        salt = f"{operation.pk}:{operation.resends}"
        return cls._of(Evidence.Source.REPLY, reply, _digest(salt, reply.digest))

    @property
    def is_agreed(self) -> bool:
        """Whether two people say that it did not happen."""
        return self.source == Evidence.Source.PERSON and self.reason == AGREED

    @classmethod
    def of_check(cls, operation: Operation, reply: StatusReply) -> Self:
        """The gateway's answer to CHECK_STATUS about the charge of ``operation``."""
        digest = _digest(f"{operation.pk}:{operation.checks}", reply.digest)
        said = replace(cls._of(Evidence.Source.CHECK, reply, digest), reply=reply)
        if operation.parent:
            return said._about_follow_up(operation, operation.parent)
        proven = reply.proves(_COMMANDS.get(Kind(operation.kind), ""))
        if proven == Outcome.APPROVED and _moved(operation, reply) != operation.amount_minor:
            return said._not_of_what_was_sent("amount_differs")
        told = dict(said.facts)
        if reply.transaction_code and not said.is_mismatch:
            told["response_code"] = reply.transaction_code
            told["response_message"] = _fit("response_message", reply.transaction_message)
        return replace(said, outcome=proven, facts=told)

    @classmethod
    def of_feedback(cls, operation: Operation, feedback: Feedback) -> Self:
        """A notification about ``operation``. One of another amount or card proves nothing."""
        said = cls._of(Evidence.Source.FEEDBACK, feedback, feedback.digest)
        amounts = (feedback.amount_minor, feedback.currency)
        if feedback.amount_minor is not None and amounts != (
            operation.amount_minor,
            operation.currency,
        ):
            return said._not_of_what_was_sent("amount_differs")
        if operation.token_name and feedback.token_name not in {"", operation.token_name}:
            return said._not_of_what_was_sent("token_name_differs")
        return said

    @classmethod
    def of_notice(cls, feedback: Feedback) -> Self:
        """A notification about an act that was not sent from here."""
        return cls._of(Evidence.Source.FEEDBACK, feedback, feedback.digest)

    @classmethod
    def of_silence(cls, source: str, error: GatewayError) -> Self:
        """No answer, or one that cannot be trusted. It proves something only if nothing left."""
        return cls(
            source=source,
            outcome=Outcome.UNKNOWN,
            verified=False,
            digest=_digest(secrets.token_hex(16), error.reason),
            size=error.size if isinstance(error, NotTrusted) else 0,
            reason=error.reason[:40],
            sent=error.sent,
            was_tried=error.was_tried,
        )

    @classmethod
    def of_people(
        cls, operation: Operation, *, happened: bool, fort_id: str, second: Staff, reason: str
    ) -> Self:
        """Two people's word on what they saw in the gateway's own books."""
        told = {"reason": reason, "second_person": str(second), "seen_fort_id": fort_id}
        return cls(
            source=Evidence.Source.PERSON,
            outcome=Outcome.APPROVED if happened else Outcome.NOT_FOUND,
            verified=False,
            digest=_digest(secrets.token_hex(16), str(operation)),
            reason="" if happened else AGREED,
            body=told,
            facts={"approver_id": str(second.pk)} | ({"fort_id": fort_id} if happened else {}),
            told=told,
        )

    @classmethod
    def of_release(cls, operation: Operation, second_person: Staff, reason: str) -> Self:
        """Two people's word that they let go of an unknown charge. It proves nothing about it."""
        told = {"reason": reason, "second_person": str(second_person)}
        return cls(
            source=Evidence.Source.PERSON,
            outcome=Outcome.UNKNOWN,
            verified=False,
            digest=_digest(secrets.token_hex(16), operation.merchant_reference),
            reason=RELEASED,
            body=told,
            facts={"reason": reason, "approver_id": str(second_person.pk)},
            told=told,
        )

    @classmethod
    def _of(cls, source: str, reply: Reply | StatusReply | Feedback, digest: str) -> Self:
        told = {
            "fort_id": reply.fort_id,
            "response_code": reply.response_code,
            "response_message": reply.response_message,
            "authorization_code": reply.authorization_code,
            "acquirer_response_code": reply.acquirer_response_code,
            "payment_option": reply.payment_option,
            "last_four": reply.last_four,
            "expiry": reply.expiry,
        }
        return cls(
            source=source,
            outcome=reply.outcome,
            verified=reply.verified,
            digest=digest,
            reason=reply.problem[:40],
            body={name: _printable(text) for name, text in reply.body.items()},
            # What was answered about something else must not stand on this operation.
            facts={}
            if reply.problem.endswith("_differs")
            else {name: _fit(name, value) for name, value in told.items() if value},
        )

    def _about_follow_up(self, operation: Operation, charge: Operation) -> Self:
        """Facts of the follow-up alone: an answer about the charge tells others, too."""
        if self.facts.get("fort_id", charge.fort_id) != charge.fort_id:
            return self._not_of_what_was_sent("fort_id_differs")
        facts = {"fort_id": charge.fort_id}
        if self.reply and self.reply.transaction_code[:2] in _FAMILIES[Kind(operation.kind)]:
            facts["response_code"] = self.reply.transaction_code
            facts["response_message"] = _fit("response_message", self.reply.transaction_message)
        return replace(self, outcome=Outcome.UNKNOWN, facts=facts)

    def _not_of_what_was_sent(self, reason: str) -> Self:
        return replace(self, outcome=Outcome.UNKNOWN, reason=reason, facts={})


def is_mismatch(reason: str) -> bool:
    """Whether the word says that an answer is not of what was sent."""
    return reason.endswith(_MISMATCHES)


def _moved(operation: Operation, reply: StatusReply) -> int:
    """The amount the gateway says it charged; the operation's own where the account has no totals.

    Which of the two totals a purchase fills is not documented.
    """
    totals = (reply.authorized_minor, reply.captured_minor)
    return max((one for one in totals if one is not None), default=operation.amount_minor)


def _fit(name: str, text: str) -> str:
    """The text as its column takes it: a proven success must not fail for a long message."""
    return _printable(text)[: _LONGEST[name]]


def _printable(text: str) -> str:
    """Without the one character that PostgreSQL keeps neither as text nor as JSON."""
    return text.replace("\0", "")


def _digest(*parts: str) -> str:
    return hashlib.sha256(":".join(parts).encode()).hexdigest()
