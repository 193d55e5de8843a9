"""The same ``Idempotency-Key`` again: the same act, the same answer, and never a second charge.

What protects the money is the form key of the act, made from the API key's row and the
``Idempotency-Key``: the services that charge know it again whatever became of the first answer.
"""

import hashlib
import hmac
import logging
from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.utils.translation import gettext as _

from orders.errors import Conflict
from orders.models import ApiKey, ApiRequest
from orders.services import api_keys

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """A request with an ``Idempotency-Key``: its row, and the form key of its act."""

    row: ApiRequest
    form_key: str


def ask(*, key: ApiKey, idempotency_key: str, asked: str) -> Asked:
    """The request, counted among its key's and durably noted, before anything is done; in one
    commit, for a disk may take as long for each as the rest of the request. ``asked`` is method,
    path and body.

    Raises ``TooManyRequests``, and ``Conflict`` when the same ``Idempotency-Key`` asked for
    something else, also where that was refused: a refused act binds its key to its body, and may be
    asked for again.
    """
    digest = digest_of(asked)
    try:
        # Nearly all are new: written at once, and only looked for where that fails.
        with transaction.atomic(durable=True):
            api_keys.count(key)
            row = ApiRequest.objects.create(key=key, idempotency_key=idempotency_key, digest=digest)
    except IntegrityError:
        api_keys.count(key)
        row = ApiRequest.objects.get(key=key, idempotency_key=idempotency_key)
    if not hmac.compare_digest(row.digest, digest):
        raise Conflict(
            "idempotency_key_reused",
            _("This Idempotency-Key was used for another request. Nothing was done."),
        )
    return Asked(row, form_key(key, idempotency_key))


def digest_of(asked: str) -> str:
    """What a request is known again by: like the form key, the same for ever, whichever secret of
    the office was replaced meanwhile.
    """
    return hashlib.sha256(asked.encode()).hexdigest()


def form_key(key: ApiKey, idempotency_key: str) -> str:
    """The form key of the act: the same for ever, so no secret that rotates is in it."""
    return hashlib.sha256(f"api:{key.pk}:{idempotency_key}".encode()).hexdigest()


def answer(asked: Asked, *, status: int, answer: str, location: str = "") -> None:
    """Keep a final answer. It is nice to have: the money is safe without, so a database that fails
    here is told to the log alone.
    """
    try:
        rows = ApiRequest.objects.filter(pk=asked.row.pk, answer_status=None)
        rows.update(answer_status=status, answer=answer, answer_location=location)
    except (DatabaseError, InterfaceError):
        log.exception("an answer of the API could not be kept")
