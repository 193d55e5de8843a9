import pytest

from orders.models import AlarmMail, Order
from orders.services import audit
from tests.factories import OperationFactory
from tests.models.refusals import refused

pytestmark = pytest.mark.django_db


def test_a_sending_is_mailed_about_once_and_the_next_one_again() -> None:
    operation = OperationFactory(unknown=True)
    for resends in (0, 1):
        AlarmMail.objects.create(operation=operation, resends=resends)
    with refused("operation"):
        AlarmMail.objects.create(operation=operation, resends=1)


def test_a_mail_is_about_one_thing() -> None:
    operation = OperationFactory(unknown=True)
    event = audit.record(Order.objects.get(), "mismatch", operation=operation)
    with refused("mails_about_one_thing"):
        AlarmMail.objects.create()
    with refused("mails_about_one_thing"):
        AlarmMail.objects.create(event=event, operation=operation)
