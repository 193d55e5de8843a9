import pytest
from django.core.exceptions import ValidationError

from orders.models import Staff
from tests.api_keys import make_key
from tests.factories import PASSWORD, StaffFactory
from tests.models.refusals import refused


def test_a_person_is_called_by_name_or_else_by_account() -> None:
    assert str(Staff(username="layla", first_name="Layla", last_name="Nasser")) == "Layla Nasser"
    assert str(Staff(username="layla")) == "layla"


def test_one_person_has_one_account(db: None) -> None:
    StaffFactory(username="layla")
    with refused("username"):
        StaffFactory(username="layla")


def test_the_office_speaks_english_or_arabic(db: None) -> None:
    assert StaffFactory().language == "en"
    with pytest.raises(ValidationError, match="language"):
        Staff(username="x", password="x", language="fr").full_clean()


def test_the_first_order_is_expected_by_telephone() -> None:
    assert Staff().last_source == "phone"


def test_an_account_alone_gives_no_right(db: None) -> None:
    assert StaffFactory().get_all_permissions() == set()


def test_a_machine_is_an_account_that_an_api_key_acts_by(db: None) -> None:
    row, _key = make_key(StaffFactory(admin=True))
    assert Staff.objects.get(pk=row.staff_id).is_machine


def test_a_person_without_a_password_is_no_machine(db: None) -> None:
    person = StaffFactory(username="api-layla")
    person.set_unusable_password()
    person.save()
    assert not Staff.objects.get(pk=person.pk).is_machine


def test_a_machine_stays_one_whatever_password_its_account_was_given(db: None) -> None:
    row, _key = make_key(StaffFactory(admin=True))
    row.staff.set_password(PASSWORD)
    row.staff.save()
    assert Staff.objects.get(pk=row.staff_id).is_machine
