"""Mail to the people who answer for the office: what waits too long, and alarms nobody has closed.

Each is mailed once, whoever finds it first: a row is claimed by compare-and-set before the mail
leaves. Only a process that dies between sending and noting it makes a second one. A mail server
that is away is tried again, and holds nothing up.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders import clock
from orders.models import AlarmMail, Event, Operation, Order
from orders.services.happenings import HAPPENINGS
from orders.services.still_open import open_alarms, open_operations

log = logging.getLogger(__name__)

MOST_IN_ONE = 50
LEASE_S = 120  # longer than a mail server may take
TRY_AGAIN_S = 60

Line = Callable[[], str]


def tell_people() -> int:
    """Send one mail about everything that is new; returns how many things it tells about.

    Raises what the database raises when it is away, and nothing else.
    """
    claimed = {mail.pk: line for mail, line in _new() if _claim(mail)}
    if not claimed:
        return 0
    mails = AlarmMail.objects.filter(pk__in=claimed)
    try:
        with translation.override(settings.LANGUAGE_CODE):
            _send([line() for line in claimed.values()])
    except Exception:
        log.exception("mail about %s alarms could not be sent", len(claimed))
        mails.update(lease_until=clock.now() + timedelta(seconds=TRY_AGAIN_S))
        return 0
    mails.update(sent_at=clock.now())
    return len(claimed)


def _new() -> Iterator[tuple[AlarmMail, Line]]:
    """What nobody was told of yet, the oldest first: its row, made where there is none, and how to
    say it. Nothing where nobody is to be told.
    """
    if not settings.ALARM_EMAILS:
        return
    for event in _alarms().select_related("order")[:MOST_IN_ONE]:
        mail, _is_new = AlarmMail.objects.get_or_create(event=event)
        yield mail, partial(_of_alarm, event)
    for operation in _waiting().select_related("order")[:MOST_IN_ONE]:
        mail, _is_new = AlarmMail.objects.get_or_create(
            operation=operation, resends=operation.resends
        )
        yield mail, partial(_of_waiting, operation)


def _alarms() -> QuerySet[Event]:
    done = AlarmMail.objects.filter(event=OuterRef("pk"))
    return open_alarms().filter(~Exists(_done_or_held(done))).order_by("id")


def _waiting() -> QuerySet[Operation]:
    red = clock.now() - timedelta(seconds=settings.ALARM_RED_S)
    done = AlarmMail.objects.filter(operation=OuterRef("pk"), resends=OuterRef("resends"))
    rows = open_operations().filter(~Exists(_done_or_held(done)), submitted_at__lte=red)
    return rows.order_by("id")


def _done_or_held(mails: QuerySet[AlarmMail]) -> QuerySet[AlarmMail]:
    return mails.filter(Q(sent_at__isnull=False) | Q(lease_until__gt=clock.now()))


def _claim(mail: AlarmMail) -> bool:
    """Whether the mail is this caller's to send."""
    now = clock.now()
    free = AlarmMail.objects.filter(pk=mail.pk, sent_at=None, lease_until__lte=now)
    until = now + timedelta(seconds=LEASE_S)
    return bool(free.update(lease_until=until, tries=F("tries") + 1))


def _send(lines: list[str]) -> None:
    subject = ngettext(
        "MotoOffice: %(count)d thing needs attention",
        "MotoOffice: %(count)d things need attention",
        len(lines),
    ) % {"count": len(lines)}
    foot = _("Everything that is open: %(url)s") % {"url": f"{settings.SITE_URL}/attention/"}
    send_mail(subject, "\n\n".join([*lines, foot]) + "\n", None, settings.ALARM_EMAILS)


def _of_alarm(event: Event) -> str:
    title, _mood = HAPPENINGS[event.kind]
    name = event.data.get("maintenance_reference") or event.data.get("merchant_reference", "")
    return _entry(event.order, str(name), str(title), event.at)


def _of_waiting(operation: Operation) -> str:
    since = operation.submitted_at or operation.created_at
    return _entry(operation.order, str(operation), _("Not known yet"), since)


def _entry(order: Order | None, reference: str, what: str, since: datetime) -> str:
    """Order, reference, what it is, for how long, and where to look. Nobody's name, and no card."""
    url = f"{settings.SITE_URL}{order.get_absolute_url()}" if order else ""
    words = _("%(order)s, %(reference)s: %(what)s, for %(age)s") % {
        "order": order.number if order else "",
        "reference": reference,
        "what": what,
        "age": timesince(since, clock.now()),
    }
    return f"{words}\n{url}"
