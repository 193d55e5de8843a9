"""People are mailed once what waits too long, and every alarm; a mail server cannot stop that."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django.fixtures import Settings

from orders import clock
from orders.gateway import Outcome
from orders.models import Acknowledgement, AlarmMail, Event, Operation
from orders.sandbox.server import Sandbox
from orders.services import alarm_mail, evidence, resolve
from orders.states import Status
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.services.said import said
from tests.together import together

TO = ["supervisor@example.com", "boss@example.com"]


class Away(BaseEmailBackend):
    """A mail server that cannot be reached."""

    def send_messages(self, email_messages: object) -> int:
        raise ConnectionRefusedError("no mail server")


@pytest.fixture(autouse=True)
def _somebody_is_told(db: None, settings: Settings) -> None:
    settings.ALARM_EMAILS = TO
    settings.SITE_URL = "https://office.example.com"


def waits(minutes: float = 17) -> Operation:
    return OperationFactory(unknown=True, submitted_at=clock.now() - timedelta(minutes=minutes))


def contradicted() -> Event:
    order = OrderFactory(charged=True)
    evidence.apply(operation=order.operations.get(), statement=said(Outcome.DECLINED))
    return order.events.get(kind="contradiction")


def test_what_waits_a_quarter_of_an_hour_is_mailed() -> None:
    operation = waits()
    assert alarm_mail.tell_people() == 1
    [sent] = mail.outbox
    assert sent.subject == "MotoOffice: 1 thing needs attention"
    assert sent.to == TO
    order = operation.order
    assert f"{order.number}, {operation}: Not known yet, for 17\xa0minutes" in sent.body
    assert f"https://office.example.com/orders/{order.number}/" in sent.body


def test_what_has_waited_less_is_not() -> None:
    waits(14.9)
    assert alarm_mail.tell_people() == 0
    assert mail.outbox == []


def test_a_request_that_is_on_its_way_is_not() -> None:
    now = clock.now()
    sent_at, due_at = now - timedelta(minutes=20), now + timedelta(seconds=5)
    OperationFactory(sent=True, submitted_at=sent_at, next_check_at=due_at)
    assert alarm_mail.tell_people() == 0


def test_each_is_mailed_once() -> None:
    waits()
    alarm_mail.tell_people()
    with clock.at(clock.now() + timedelta(hours=9)):
        assert alarm_mail.tell_people() == 0
    assert len(mail.outbox) == 1


def test_everything_new_is_one_mail() -> None:
    events = [contradicted() for _each in range(2)]
    operations = [waits() for _each in range(3)]
    assert alarm_mail.tell_people() == 5
    [sent] = mail.outbox
    assert sent.subject == "MotoOffice: 5 things need attention"
    for one in [*events, *operations]:
        assert one.order.number in sent.body


@pytest.mark.parametrize(
    ("status", "outcome", "facts", "words"),
    [
        (Status.NOT_CHARGED, Outcome.APPROVED, {"fort_id": "1697009"}, "Success came late"),
        (Status.APPROVED, Outcome.DECLINED, {}, "contradicts what is proven"),
        (Status.SENDING, Outcome.DECLINED, {"response_code": "00009"}, "set up wrongly"),
    ],
)
def test_every_kind_of_alarm_is_mailed(
    status: str, outcome: Outcome, facts: dict[str, str], words: str
) -> None:
    operation = OperationFactory(settled=True, status=status)
    if status != Status.APPROVED:
        Operation.objects.filter(pk=operation.pk).update(fort_id="")
    evidence.apply(operation=operation, statement=said(outcome, **facts))
    assert alarm_mail.tell_people() == 1
    assert words in mail.outbox[0].body


def test_a_mismatch_is_mailed() -> None:
    operation = OperationFactory(unknown=True)
    evidence.apply(operation=operation, statement=said(Outcome.UNKNOWN, reason="amount_differs"))
    alarm_mail.tell_people()
    assert f"{operation}: The gateway's answer does not match" in mail.outbox[0].body


def test_an_alarm_that_somebody_closed_is_not() -> None:
    Acknowledgement.objects.create(
        event=contradicted(), actor=StaffFactory(), reason="Their books agree"
    )
    assert alarm_mail.tell_people() == 0


def test_the_mail_names_no_customer_and_no_card() -> None:
    operation = waits()
    alarm_mail.tell_people()
    [sent] = mail.outbox
    customer = operation.order.customer
    secrets = [customer.name, customer.email, customer.phone, operation.last_four]
    assert not [one for one in [*secrets, operation.token_name] if one in sent.body + sent.subject]


def test_what_was_sent_again_and_waits_again_is_news() -> None:
    operation = waits()
    alarm_mail.tell_people()
    Operation.objects.filter(pk=operation.pk).update(resends=1)
    assert alarm_mail.tell_people() == 1


def test_nobody_is_mailed_where_nobody_is_named(settings: Settings) -> None:
    settings.ALARM_EMAILS = []
    waits()
    assert alarm_mail.tell_people() == 0
    assert not AlarmMail.objects.exists()


def test_a_mail_server_that_is_away_is_tried_again(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    waits()
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Away"
    assert alarm_mail.tell_people() == 0
    assert "could not be sent" in caplog.text
    settings.EMAIL_BACKEND = backend
    assert alarm_mail.tell_people() == 0
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert alarm_mail.tell_people() == 1
    assert AlarmMail.objects.get().tries == 2


def test_a_mail_server_that_is_away_does_not_stop_the_resolver(
    settings: Settings, gateway: Sandbox
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    waits()
    assert resolve.once() == 1


def test_a_process_that_died_while_mailing_is_made_up_for() -> None:
    waits()
    [(row, _line)] = alarm_mail._new()
    assert alarm_mail._claim(row)
    assert not alarm_mail._claim(row)
    assert alarm_mail.tell_people() == 0
    with clock.at(clock.now() + timedelta(seconds=121)):
        assert alarm_mail.tell_people() == 1


def test_the_resolver_mails_to_a_file(settings: Settings, gateway: Sandbox, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    operation = waits()
    resolve.once()
    [file] = tmp_path.iterdir()
    assert operation.merchant_reference in file.read_text()


@pytest.mark.django_db(transaction=True)
def test_several_resolvers_send_one_mail_about_each(settings: Settings) -> None:
    for _each in range(6):
        waits()
    told = together(*[alarm_mail.tell_people] * 4)
    assert sum(told) == 6  # type: ignore[arg-type]
    bodies = "".join(sent.body for sent in mail.outbox)
    assert bodies.count("Not known yet") == 6
