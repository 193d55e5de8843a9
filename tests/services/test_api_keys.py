"""API keys as the service makes them; what they open is in tests/api/test_keys.py."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.cards import holds_card_number
from orders.errors import Conflict, Limited, Refused
from orders.models import ApiKey, Event, Staff
from orders.sandbox.server import Sandbox
from orders.services import api_keys
from orders.services.api_keys import KeyRefused, TooManyRequests
from orders.services.api_scopes import SCOPES
from orders.services.new_api_key import NewKey
from tests import steps
from tests.api_keys import given, make_key, new_key
from tests.factories import StaffFactory
from tests.together import together


@pytest.fixture
def admin(db: None) -> Staff:
    return StaffFactory(admin=True)


def test_a_key_is_letters_alone_and_no_two_are_alike() -> None:
    keys = {api_keys.new_secret() for _each in range(500)}
    assert len(keys) == 500
    assert all(len(key) == 58 and not any(map(str.isdigit, key)) for key in keys)
    assert not any(map(holds_card_number, keys))


def test_a_machine_has_limits_on_tries_of_its_own(
    admin: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.API_REFUSALS, settings.API_CARD_FORMS_AN_HOUR = 1, 2
    row, _key = make_key(admin)
    shop = Staff.objects.get(pk=row.staff_id)
    for amount_minor in (1_000, 2_000):
        steps.charge_new(shop, steps.DECLINED_VISA, amount_minor=amount_minor, source="api")
    shop.refresh_from_db()
    assert shop.charging_locked_at
    Staff.objects.filter(pk=shop.pk).update(
        charging_locked_at=None, charging_unlocked_at=clock.now()
    )
    with pytest.raises(Limited) as limited:
        steps.place_new(shop, amount_minor=3_000, source="api")
    assert limited.value.code == "card_forms"


def test_the_account_of_a_key_has_the_rights_of_its_scopes_and_no_others(admin: Staff) -> None:
    for scope, said in SCOPES.items():
        row, _key = make_key(admin, name=scope, scopes=[scope])
        staff = Staff.objects.get(pk=row.staff_id)
        assert staff.get_all_permissions() == set(said.permissions)
        assert not staff.is_staff


def test_no_scope_gives_rights_over_people_or_keys() -> None:
    given = {right for scope in SCOPES.values() for right in scope.permissions}
    assert not {one for one in given if "staff" in one or "keys" in one or "release" in one}


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor"])
def test_only_who_may_keep_keys_makes_replaces_or_revokes_one(admin: Staff, role: str) -> None:
    row, _key = make_key(admin)
    person = StaffFactory(**{role: True})
    for act in (
        lambda: api_keys.make(actor=person, new_key=new_key(name="Other")),
        lambda: api_keys.rotate(actor=person, key=row, overlap_h=0, present=row.prefix),
        lambda: api_keys.revoke(actor=person, key=row, reason="For good"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "not_permitted"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "  "}, "name_missing"),
        ({"scopes": []}, "scopes_unknown"),
        ({"scopes": ["everything"]}, "scopes_unknown"),
        ({"currency": "XTS"}, "currency_unknown"),
        ({"charge_ceiling_minor": 0}, "ceiling_range"),
        ({"requests_a_minute": 0}, "requests_range"),
        ({"addresses": ["shop.example.com"]}, "address_format"),
        ({"expires_at": clock.now() - timedelta(days=1)}, "expires_past"),
    ],
)
def test_what_cannot_be_is_refused(admin: Staff, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        make_key(admin, **changes)
    assert refused.value.code == code
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("scope", ["charges:write", "captures:write", "refunds:write"])
@pytest.mark.parametrize("missing", ["charge_ceiling_minor", "day_ceiling_minor"])
def test_no_key_moves_money_without_both_ceilings(admin: Staff, scope: str, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        make_key(admin, scopes=["orders:read", scope], **{missing: None})
    assert refused.value.code == "ceilings_missing"
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("scope", ["charges:write", "captures:write", "refunds:write"])
def test_a_key_that_moves_money_is_made_by_two_people(admin: Staff, scope: str) -> None:
    wanted = new_key(scopes=["orders:read", scope])
    for second, code in (
        (None, "second_missing"),
        (admin, "same_person"),
        (StaffFactory(agent=True), "second_not_permitted"),
        (StaffFactory(supervisor=True, is_active=False), "second_not_permitted"),
    ):
        with pytest.raises(Refused) as refused:
            api_keys.make(actor=admin, new_key=wanted, second_person=given(second))
        assert refused.value.code == code
    assert not ApiKey.objects.exists()
    other = StaffFactory(admin=True)
    api_keys.make(actor=admin, new_key=wanted, second_person=given(other))
    told = Event.objects.get(kind="api_key_made")
    assert (told.actor, told.data["second_person"]) == (admin, str(other))


def test_a_key_that_only_reads_needs_nobody_else_and_no_ceilings(admin: Staff) -> None:
    reads = NewKey(name="Books", scopes=["orders:read", "orders:all", "customers:read"])
    row, _key = api_keys.make(actor=admin, new_key=reads)
    assert (row.currency, row.day_ceiling_minor) == ("", None)


def test_a_name_is_free_again_once_its_key_was_revoked(admin: Staff) -> None:
    row, _key = make_key(admin)
    with pytest.raises(Conflict):
        make_key(admin)
    api_keys.revoke(actor=admin, key=row, reason="For good")
    make_key(admin)


def test_a_revoked_key_is_not_revoked_again(admin: Staff) -> None:
    row, _key = make_key(admin)
    api_keys.revoke(actor=admin, key=row, reason="For good")
    with pytest.raises(Conflict):
        api_keys.revoke(actor=admin, key=row, reason="Once more")
    assert Event.objects.filter(kind="api_key_revoked").count() == 1


def test_revoking_ends_the_replaced_key_too(admin: Staff) -> None:
    row, old = make_key(admin)
    api_keys.rotate(actor=admin, key=row, overlap_h=24, present=row.prefix)
    api_keys.revoke(actor=admin, key=row, reason="For good")
    with pytest.raises(KeyRefused):
        api_keys.admit(old, "")


def test_the_trail_hears_of_a_refused_key_once_in_a_while(admin: Staff) -> None:
    row, key = make_key(admin)
    api_keys.revoke(actor=admin, key=row, reason="For good")
    for _each in range(3):
        with pytest.raises(KeyRefused):
            api_keys.admit(key, "")
    assert Event.objects.filter(kind="api_key_refused").count() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_one_instant_are_counted_one_by_one(transactional_db: None) -> None:
    row, _key = make_key(StaffFactory(admin=True), requests_a_minute=3)
    moment = clock.now().replace(second=10)

    def call() -> object:
        with clock.at(moment):
            return api_keys.count(row)

    results = together(*[call] * 8)
    assert results.count(None) == 3
    assert sum(isinstance(one, TooManyRequests) for one in results) == 5
