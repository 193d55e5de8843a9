"""A repeat run in the browser: looked at, started and watched; its pages in both languages."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from orders.models import Ceiling, RepeatRun, Staff
from orders.sandbox.server import Sandbox
from orders.services import repeat_runs
from orders.services.background import Background
from tests.browser.test_every_page import language, look_at, person
from tests.chromium import SignIn, assert_accessible
from tests.factories import PASSWORD, StaffFactory
from tests.services import repeat

__all__ = ["language", "person"]  # fixtures
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.middleware.pages")]


def test_a_file_is_looked_at_started_paused_and_watched_to_its_end(
    page: Page, sign_in: SignIn, gateway: Sandbox, tmp_path: Path
) -> None:
    sign_in(StaffFactory(clerk=True))
    file = tmp_path / "november.csv"
    file.write_bytes(repeat.sheet(repeat.cards(gateway, 3)) + b"\n7,x,KWD,SUB-9,")
    page.goto("/repeat/")
    page.get_by_role("link", name="New run from a file").click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    page.wait_for_url("**/repeat/*/")
    expect(
        page.get_by_role("heading", name="Faulty rows, which are not charged: 1")
    ).to_be_visible()
    page.get_by_role("button", name="Charge 3 cards · KWD 37.500").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0")
    Background().round()
    expect(page.locator(".status-charged").first).to_have_text("Ended")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "100")
    expect(page.get_by_role("button", name="Stop for good")).to_have_count(0)
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Results").click()
    assert download.value.path().read_text("utf-8-sig").count(",charged,") == 3


def test_pages_of_repeat_runs(
    page: Page, sign_in: SignIn, person: Staff, language: str, gateway: Sandbox
) -> None:
    person.language = language
    person.save(update_fields=["language"])
    sign_in(person)
    for path in ("/repeat/", "/repeat/new/", "/repeat/pick/"):
        look_at(page, language, path)
    page.locator(".filters-grid [name=amount_from]").fill("x")
    page.locator(".filters-grid .btn-primary").click()
    look_at(page, language)
    [card, other] = repeat.cards(gateway, 2)
    data = repeat.sheet([card, card, other], amount="12.820") + b"\n7,x,KWD,SUB-9,"
    draft = repeat.made(person, data, "نوفمبر.csv")
    look_at(page, language, f"/repeat/{draft.pk}/")
    run = repeat.worked(repeat_runs.start(actor=person, run=draft))
    look_at(page, language, f"/repeat/{run.pk}/")
    clerk = StaffFactory(clerk=True, first_name="عمر", last_name="حداد", language=language)
    Ceiling.objects.create(
        group=Group.objects.get(name="clerk"), currency="KWD", act="repeat", per_act_minor=0
    )
    asked = repeat.started(clerk, repeat.sheet([other], begins=20), "ديسمبر.csv")
    look_at(page, language, f"/repeat/{asked.pk}/")
    page.goto("/accounts/reauthenticate/")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new/")
    look_at(page, language, f"/repeat/{asked.pk}/approval/")
    page.locator("[name=refuse]").click()
    look_at(page, language)
    look_at(page, language, "/repeat/")
    assert RepeatRun.objects.count() == 2
