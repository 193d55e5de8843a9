import pytest
from django.core.exceptions import ValidationError

from orders.models import Staff
from tests.factories import StaffFactory
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
