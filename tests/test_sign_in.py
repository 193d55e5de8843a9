"""Signing in: who gets in, what they must show, and what happens to somebody who guesses."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from orders import accounts, roles
from orders.models import Event, Staff
from tests.factories import PASSWORD, StaffFactory

LOGIN, ENROL, CODE = (
    "/accounts/login/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/authenticate/",
)
MORNING = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def noor(db: None) -> Staff:
    return StaffFactory(username="noor")


@pytest.fixture
def clock() -> "time_machine.Traveller":
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def sign_in(client: Client, password: str = PASSWORD) -> object:
    return client.post(LOGIN, {"login": "noor", "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30))


def enrol(client: Client) -> str:
    """Set up a second factor as its owner would, and return its secret."""
    secret = client.get(ENROL).context["form"].secret
    client.post(ENROL, {"code": code_of(secret)})
    return secret


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_the_right_password_opens_the_office(client: Client, noor: Staff) -> None:
    assert sign_in(client).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(noor.pk)
    assert kinds() == ["signed_in"]


def test_a_wrong_password_is_refused_without_telling_which_part_was_wrong(
    client: Client, noor: Staff
) -> None:
    known = sign_in(client, "wrong-password-1").context["form"].errors
    nobody = client.post(LOGIN, {"login": "nobody", "password": "x"}).context["form"].errors
    assert known == nobody != {}
    assert kinds() == ["sign_in_refused", "sign_in_refused"]


def test_a_typed_name_that_is_nobodys_is_not_kept(client: Client, db: None) -> None:
    client.post(LOGIN, {"login": "my-secret-password-1", "password": "x"})
    assert Event.objects.get().actor_name == "nobody"
    assert "my-secret" not in str(Event.objects.values())


def test_after_five_wrong_passwords_the_right_one_waits_half_an_hour(
    client: Client, noor: Staff, clock: time_machine.Traveller
) -> None:
    for _guess in range(5):
        sign_in(client, "wrong-password-1")
    assert sign_in(client).status_code == 200
    assert kinds()[-1] == "sign_in_locked"
    clock.shift(timedelta(minutes=31))
    assert sign_in(client).status_code == 302


def test_a_lock_holds_from_every_address_and_ends_when_an_admin_unlocks(
    client: Client, noor: Staff
) -> None:
    for guess in range(5):
        client.post(
            LOGIN, {"login": "noor", "password": "wrong"}, REMOTE_ADDR=f"198.51.100.{guess}"
        )
    assert sign_in(client).status_code == 200
    call_command("unlock", "Noor", stdout=StringIO())
    assert sign_in(client).status_code == 302


def test_unlocking_an_unknown_account_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="no account 'nobody'"):
        call_command("unlock", "nobody")


def test_signing_in_gives_the_session_a_new_name(client: Client, noor: Staff) -> None:
    client.get(LOGIN)
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_a_member_of_staff_who_left_does_not_get_in(client: Client, noor: Staff) -> None:
    client.force_login(noor)
    Staff.objects.update(is_active=False)
    assert client.get("/accounts/2fa/").status_code == 302
    assert not client.get("/accounts/login/").wsgi_request.user.is_authenticated


def test_signing_out_takes_a_press_of_the_button(client: Client, noor: Staff) -> None:
    client.force_login(noor)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
    assert kinds() == ["signed_in", "signed_out"]


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "confirm-email/x/"])
def test_visitors_cannot_make_accounts(client: Client, db: None, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}", {"username": "x"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/admin/", "/accounts/2fa/recovery-codes/", "/accounts/password/change/"]
)
def test_without_a_second_factor_only_enrolment_is_open(
    client: Client, noor: Staff, settings: Settings, path: str
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    roles.give(noor, "admin")
    sign_in(client)
    assert client.get(path).headers["Location"] == ENROL
    assert client.get(ENROL).status_code == 200


def test_enrolment_shows_codes_and_then_opens_the_office(
    client: Client, noor: Staff, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    roles.give(noor, "admin")
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        enrol(client)
    codes = client.get("/accounts/2fa/recovery-codes/")
    assert len(codes.context["unused_codes"]) == 10
    assert client.get("/admin/").status_code == 200
    assert "second_factor_set" in kinds()


def test_a_code_is_asked_for_and_taken_once(client: Client, noor: Staff) -> None:
    sign_in(client)
    secret = enrol(client)
    client.post("/accounts/logout/")
    assert sign_in(client).headers["Location"] == CODE
    code = code_of(secret)
    assert client.post(CODE, {"code": code}).headers["Location"] == "/"
    thief = Client()
    sign_in(thief)
    assert thief.post(CODE, {"code": code}).status_code == 200
    assert kinds()[-1] == "second_factor_refused"


def test_the_secret_of_a_factor_is_of_no_use_to_a_reader_of_the_database(
    client: Client, noor: Staff
) -> None:
    sign_in(client)
    secret = enrol(client)
    rows = Authenticator.objects.values_list("data", flat=True)
    assert secret not in str(list(rows))
    assert accounts.SecondFactorAdapter().decrypt(rows.get(type="totp")["secret"]) == secret


def test_the_last_factor_stays_while_one_is_required(
    client: Client, noor: Staff, settings: Settings
) -> None:
    sign_in(client)
    enrol(client)
    settings.REQUIRE_SECOND_FACTOR = True
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()
    settings.REQUIRE_SECOND_FACTOR = False
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(type="totp").exists()


def test_later_than_five_minutes_the_password_is_asked_for_again(
    client: Client, noor: Staff, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    enrol(client)
    clock.shift(timedelta(minutes=6))
    response = client.get("/accounts/2fa/recovery-codes/")
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize(
    "path",
    [
        LOGIN,
        "/accounts/password/reset/",
        "/accounts/logout/",
        ENROL,
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
    ],
)
def test_the_pages_of_the_door_are_shown(client: Client, noor: Staff, path: str) -> None:
    if path != LOGIN:
        sign_in(client)
    assert client.get(path, follow=True).status_code == 200


@pytest.mark.parametrize(
    "password", ["short-1", "onlyletterswithout", "9372640187366", "password1234"]
)
def test_a_weak_password_is_refused(password: str, settings: Settings) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


def test_the_password_of_the_demo_would_be_allowed_with_a_digit() -> None:
    validate_password("moto-office-demo-1")


def test_a_changed_password_is_noted_and_ends_other_sessions(client: Client, noor: Staff) -> None:
    elsewhere = Client()
    elsewhere.force_login(noor)
    sign_in(client)
    new = {"oldpassword": PASSWORD, "password1": "another-long-1", "password2": "another-long-1"}
    client.post("/accounts/password/change/", new)
    assert "password_changed" in kinds()
    assert client.get("/accounts/2fa/").status_code == 200
    assert elsewhere.get("/accounts/2fa/").status_code == 302


def test_the_sign_in_library_is_told_that_nobody_signs_up(db: None) -> None:
    assert accounts.AccountAdapter().is_open_for_signup(None) is False
