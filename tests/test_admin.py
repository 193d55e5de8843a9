"""The Django admin keeps staff accounts and shows money rows; it changes no money row."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation

from orders import roles
from orders.admin import LookingOnly
from orders.models import Event, Staff
from tests.factories import PASSWORD as FACTORY_PASSWORD
from tests.factories import OrderFactory, StaffFactory, StoredCardFactory

LOOKED_AT = [model for model, page in admin.site._registry.items() if isinstance(page, LookingOnly)]
PASSWORD = "a-long-password-7"


@pytest.fixture
def boss(db: None) -> Staff:
    boss = StaffFactory(username="boss")
    roles.give(boss, "admin")
    return boss


@pytest.fixture
def office(client: Client, boss: Staff) -> Client:
    client.force_login(boss)
    return client


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_eleven_kinds_of_rows_are_for_looking() -> None:
    names = {model.__name__ for model in LOOKED_AT}
    assert names == {
        "Order", "Operation", "OutsidePayment", "Evidence", "Event", "Customer", "StoredCard",
        "Consent", "Receipt", "ApprovalRequest", "Ceiling",
    }  # fmt: skip


@pytest.mark.parametrize("model", LOOKED_AT)
def test_an_admin_sees_the_list_but_cannot_add(office: Client, model: type) -> None:
    assert office.get(address(model, "changelist"), {"q": "x"}).status_code == 200
    assert office.get(address(model, "add")).status_code == 403


def test_an_order_is_shown_but_neither_changed_nor_deleted(office: Client) -> None:
    order = OrderFactory()
    assert office.get(address(type(order), "change", order.pk)).status_code == 200
    changed = office.post(address(type(order), "change", order.pk), {"status": "paid"})
    deleted = office.post(address(type(order), "delete", order.pk), {"post": "yes"})
    assert (changed.status_code, deleted.status_code) == (403, 403)


def test_no_bulk_delete_is_offered(office: Client) -> None:
    order = OrderFactory()
    data = {"action": "delete_selected", "_selected_action": order.pk}
    page = office.post(address(type(order), "changelist"), data).content.decode()
    assert "delete_selected" not in page
    order.refresh_from_db()


def test_a_token_is_not_shown(office: Client) -> None:
    card = StoredCardFactory()
    page = office.get(address(type(card), "change", card.pk)).content.decode()
    assert card.last_four in page
    assert card.token_name not in page


@pytest.mark.parametrize("role", ["agent", "clerk", "supervisor"])
def test_other_roles_do_not_enter(client: Client, db: None, role: str) -> None:
    person = StaffFactory()
    roles.give(person, role)
    client.force_login(person)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 403


def test_a_stranger_is_sent_to_the_offices_own_sign_in(client: Client, db: None) -> None:
    response = client.get("/admin/login/?next=/admin/")
    assert response.headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"


def test_an_admin_makes_a_member_of_staff_and_the_trail_knows(office: Client, boss: Staff) -> None:
    data = {
        "username": "noor",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "usable_password": "true",
    }
    office.post(address(Staff, "add"), data)
    assert Staff.objects.get(username="noor").check_password(PASSWORD)
    event = Event.objects.get(kind="staff_added")
    assert (event.actor, event.data["staff"]) == (boss, "noor")


def test_a_role_given_in_the_admin_opens_or_closes_the_admin(office: Client) -> None:
    noor = StaffFactory()
    for role, enters in (("auditor", True), ("agent", False)):
        data = {"username": noor.username, "language": "en", "is_active": "on"}
        data["groups"] = Group.objects.get(name=role).pk
        office.post(address(Staff, "change", noor.pk), data)
        noor.refresh_from_db()
        assert noor.is_staff is enters


def test_nobody_gives_rights_to_themselves(office: Client, boss: Staff) -> None:
    data = {"username": "boss", "language": "en", "groups": Group.objects.get(name="supervisor").pk}
    office.post(address(Staff, "change", boss.pk), data)
    assert [group.name for group in boss.groups.all()] == ["admin"]


def test_a_superuser_is_not_made_or_taken_over(office: Client) -> None:
    root = StaffFactory(is_superuser=True, is_staff=True)
    noor = StaffFactory()
    assert office.post(address(Staff, "change", root.pk), {"username": "x"}).status_code == 403
    assert office.post(f"/admin/orders/staff/{root.pk}/password/", {}).status_code == 403
    data = {"username": noor.username, "language": "en", "is_superuser": "on", "is_staff": "on"}
    office.post(address(Staff, "change", noor.pk), data)
    noor.refresh_from_db()
    assert not noor.is_superuser


def test_a_member_of_staff_is_made_inactive_rather_than_deleted(office: Client) -> None:
    noor = StaffFactory()
    assert office.post(address(Staff, "delete", noor.pk), {"post": "yes"}).status_code == 403


def test_the_five_roles_are_shown_and_not_changed(office: Client) -> None:
    agent = Group.objects.get(name="agent")
    assert office.get(address(Group, "change", agent.pk)).status_code == 200
    assert office.post(address(Group, "change", agent.pk), {"name": "x"}).status_code == 403


def test_a_lost_telephone_is_followed_by_a_new_enrolment(office: Client) -> None:
    noor = StaffFactory()
    Authenticator.objects.create(user=noor, type="totp", data={})
    data = {"action": "remove_second_factor", "_selected_action": noor.pk}
    office.post(address(Staff, "changelist"), data)
    assert not Authenticator.objects.exists()
    assert Event.objects.get(kind="second_factor_removed").data == {"staff": noor.username}


def test_secrets_of_second_factors_have_no_page(office: Client) -> None:
    assert office.get("/admin/mfa/authenticator/").status_code == 404


def test_an_admin_unlocks_a_colleague(office: Client) -> None:
    noor = StaffFactory(username="noor")
    stranger = Client()
    for _guess in range(6):
        stranger.post("/accounts/login/", {"login": "noor", "password": "wrong"})
    office.post(
        address(Staff, "changelist"), {"action": "unlock_sign_in", "_selected_action": noor.pk}
    )
    assert Event.objects.get(kind="sign_in_unlocked").data == {"staff": "noor"}
    data = {"login": "noor", "password": FACTORY_PASSWORD}
    assert stranger.post("/accounts/login/", data).status_code == 302


def test_passwords_are_changed_on_the_page_that_is_audited(office: Client) -> None:
    answer = office.get("/admin/password_change/")
    assert answer.headers["Location"] == "/accounts/password/change/"


@pytest.mark.parametrize("model", LOOKED_AT)
def test_every_field_that_is_shown_has_a_word_in_arabic(model: type) -> None:
    shown = admin.site._registry[model].get_fields(None)
    fields = [field for field in model._meta.concrete_fields if field.name in shown]
    with translation.override("ar"):
        english = [field.name for field in fields if re.match("[a-z]", str(field.verbose_name))]
    assert not english, "add their words to orders/field_words.py"


def test_a_password_is_set_in_the_language_of_who_sets_it(office: Client) -> None:
    noor = StaffFactory()
    office.cookies["django_language"] = "ar"
    page = office.get(f"/admin/orders/staff/{noor.pk}/password/").content.decode()
    assert "Whether the user" not in page
