"""API keys: made, rotated and revoked by a person, and asked for by every request of a machine.

The key itself is shown once and never stored; what is kept is a keyed digest of it.
"""

import hashlib
import hmac
import ipaddress
import secrets
import string
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from orders import clock, counters
from orders.errors import Conflict, Refused
from orders.models import ApiKey, Staff
from orders.services import audit, rules
from orders.services.api_scopes import give
from orders.services.attend import check_reason
from orders.services.new_api_key import RIGHT, NewKey, check, check_second_person

LONGEST_OVERLAP_H = 24 * 30
_TOLD_EVERY_S = 600


class KeyRefused(Refused):
    """The key opens nothing: it is unknown, expired, revoked, or used from another address."""


class TooManyRequests(Refused):
    """The key has had its requests of this minute. Wait for the next one."""


def make(
    *, actor: Staff, new_key: NewKey, second_person: Callable[[], Staff | None] = lambda: None
) -> tuple[ApiKey, str]:
    """The key's row, and the key itself, which nobody sees a second time. A key that moves money is
    made by two people: ``second_person`` is called for it alone, once nothing else is refused, and
    gives who proved on the same form who they are, or refuses them.

    Raises ``Refused`` with the field to correct, and ``Conflict`` for a name that a living key has.
    """
    check(actor=actor, new_key=new_key)
    second = second_person() if new_key.moves_money else None
    if new_key.moves_money:
        check_second_person(actor, second)
    name, key = new_key.name.strip(), new_secret()
    try:
        with transaction.atomic(durable=True):
            staff = Staff(username=f"api-{prefix_of(key)}", first_name="API", last_name=name)
            staff.set_unusable_password()
            staff.save(force_insert=True)
            give(staff, list(new_key.scopes))
            row = ApiKey.objects.create(
                name=name,
                staff=staff,
                prefix=prefix_of(key),
                digest=digest_of(key),
                scopes=sorted(new_key.scopes),
                currency=new_key.currency,
                charge_ceiling_minor=new_key.charge_ceiling_minor,
                day_ceiling_minor=new_key.day_ceiling_minor,
                addresses=list(new_key.addresses),
                requests_a_minute=new_key.requests_a_minute,
                expires_at=new_key.expires_at,
                created_by=actor,
            )
            audit.record_account(
                "api_key_made",
                actor=actor,
                key=row.name,
                scopes=row.scopes,
                currency=row.currency,
                at_most_minor=[row.charge_ceiling_minor, row.day_ceiling_minor],
                second_person=str(second or ""),
            )
    except IntegrityError as error:
        raise Conflict("name_taken", _("A key of this name is in use."), field="name") from error
    return row, key


def rotate(*, actor: Staff, key: ApiKey, overlap_h: int, present: str) -> str:
    """A new key in place of the present one, which goes on opening for ``overlap_h`` hours. One
    that was replaced before ends now. Account, limits and idempotency keys stay the same.

    Raises ``Conflict`` unless ``present`` is the prefix of the key that is replaced: the same form
    sent twice would end a key that is in use.
    """
    rules.may(actor, RIGHT)
    if not 0 <= overlap_h <= LONGEST_OVERLAP_H:
        raise Refused("overlap_range", _("Choose at most 30 days."), field="overlap_h")
    new = new_secret()
    with transaction.atomic(durable=True):
        row = _living(key)
        if row.prefix != present:
            raise Conflict("rotated_meanwhile", _("This key was replaced already."))
        ApiKey.objects.filter(pk=row.pk).update(
            prefix=prefix_of(new),
            digest=digest_of(new),
            old_prefix=row.prefix,
            old_digest=row.digest,
            old_until=clock.now() + timedelta(hours=overlap_h),
        )
        audit.record_account("api_key_rotated", actor=actor, key=row.name, overlap_h=overlap_h)
    return new


def revoke(*, actor: Staff, key: ApiKey, reason: str) -> ApiKey:
    """The key, which opens nothing from now on, neither it nor the one it replaced."""
    rules.may(actor, RIGHT)
    reason = check_reason(reason)
    with transaction.atomic(durable=True):
        row = _living(key)
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        Staff.objects.filter(pk=row.staff_id).update(is_active=False)
        audit.record_account("api_key_revoked", actor=actor, key=row.name, reason=reason)
    return row


def all_keys() -> list[ApiKey]:
    """Every key: the living first, then the newest."""
    rows = ApiKey.objects.select_related("created_by").order_by("-pk")
    return sorted(rows, key=lambda row: not row.is_live)


def admit(key: str, address: str) -> ApiKey:
    """The row of a key that opens now, from ``address``. Its request has yet to be counted.

    Raises ``KeyRefused``. Why a key does not open is told to the trail, and to the machine only
    where it is about the address.
    """
    digest, now = digest_of(key), clock.now()
    either = Q(digest=digest) | Q(old_digest=digest, old_until__gt=now)
    row = ApiKey.objects.select_related("staff").filter(either).first()
    if row is None or not row.is_live or not row.staff.is_active:
        if row:
            _tell(row, "expired" if row.has_expired else "revoked")
        raise KeyRefused("key_refused", _("This API key opens nothing."))
    if not _is_from(row, address):
        _tell(row, "address")
        raise KeyRefused("address_refused", _("This API key may not be used from here."))
    return row


def count(row: ApiKey) -> None:
    """Note a request of the key, and raise ``TooManyRequests`` where it is one too many. One
    statement does both, so that parallel requests cannot pass together.
    """
    now = clock.now()
    minute = int(now.timestamp()) // 60
    may = ~Q(minute=minute) | Q(requests_in_minute__lt=F("requests_a_minute"))
    counted = ApiKey.objects.filter(may, pk=row.pk).update(
        requests_in_minute=Case(When(minute=minute, then=F("requests_in_minute")), default=Value(0))
        + 1,
        minute=minute,
        last_used_at=now,
    )
    if not counted:
        raise TooManyRequests("too_many_requests", _("Too many requests. Wait a minute."))


def new_secret() -> str:
    """A key of letters alone, 200 bits and more, that can never look like a card number."""
    letters = [secrets.choice(string.ascii_lowercase) for _each in range(52)]
    return f"moto_{''.join(letters[:8])}_{''.join(letters[8:])}"


def prefix_of(key: str) -> str:
    """What is shown of a key, so that people know which one it is."""
    return key[:13]


def digest_of(key: str) -> str:
    """What is kept of a key: useless to a reader of the database."""
    return hmac.new(settings.API_KEYS_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()


def _is_from(row: ApiKey, address: str) -> bool:
    if not row.addresses:
        return True
    if not address:
        return False
    came_from = ipaddress.ip_address(address)
    # A server that listens on IPv6 tells of IPv4 peers as ::ffff:192.0.2.1.
    either = {came_from, getattr(came_from, "ipv4_mapped", None) or came_from}
    networks = [ipaddress.ip_network(one) for one in row.addresses]
    return any(one in network for one in either for network in networks)


def _tell(row: ApiKey, why: str) -> None:
    """Tell the trail, but not so often that a forgotten program could fill it."""
    if counters.first_in(f"api-key-refused:{row.pk}:{why}", _TOLD_EVERY_S):
        audit.record_account("api_key_refused", actor=row.staff, key=row.name, why=why)


def _living(key: ApiKey) -> ApiKey:
    row = ApiKey.objects.select_for_update().get(pk=key.pk)
    if row.revoked_at:
        raise Conflict("key_revoked", _("This key was revoked already."))
    return row
