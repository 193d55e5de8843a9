"""A file is uploaded and looked at; nothing is charged yet."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from orders.models import Order, RepeatRun, Staff
from tests.factories import ConsentFactory, StaffFactory
from tests.services.repeat import HEAD
from tests.views.order_pages import signed_in, words
from tests.views.repeat_pages import file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk() -> Staff:
    return StaffFactory(clerk=True)


def uploaded(actor: Staff, data: bytes, follow: bool = True) -> HttpResponse:
    sheet = SimpleUploadedFile("november.csv", data, content_type="text/csv")
    return signed_in(actor).post("/repeat/new/", {"sheet": sheet}, follow=follow)


def test_a_file_becomes_a_run_with_its_dry_run_shown(clerk: Staff) -> None:
    said = words(uploaded(clerk, file() + b"\n1,x,KWD,SUB-9,"))
    run = RepeatRun.objects.get()
    assert (run.made_by, run.name) == (clerk, "november.csv")
    for part in ("Nothing was charged yet", "KWD 25.000", "Faulty rows", "Charge 2 cards"):
        assert part in said
    assert not Order.objects.exists()


def test_a_file_that_is_refused_is_told_at_its_field(clerk: Staff) -> None:
    said = words(uploaded(clerk, b"a,b\n1,2"))
    assert "Missing: amount, currency, reference, customer." in said
    assert not RepeatRun.objects.exists()


def test_without_a_file_it_says_so(clerk: Staff) -> None:
    assert "Choose a file." in words(signed_in(clerk).post("/repeat/new/", {}))


def test_a_file_with_a_card_number_is_stopped_at_the_door(clerk: Staff) -> None:
    data = f"{HEAD}\n7,1,KWD,SUB-1,4111 1111 1111 1111".encode()
    assert uploaded(clerk, data).status_code == 400
    assert not RepeatRun.objects.exists()


def test_ten_thousand_rows_pass_the_door(clerk: Staff) -> None:
    card = ConsentFactory(starts_itself=True).card
    numbers = range(20260000001, 20260010001)
    rows = [f"{card.pk},{number % 997 + 1}.500,KWD,{number}," for number in numbers]
    answer = uploaded(clerk, "\n".join([HEAD, *rows]).encode(), follow=False)
    assert answer.status_code == 303
    assert RepeatRun.objects.get().row_count == 10_000


def test_a_larger_file_is_refused(clerk: Staff) -> None:
    assert uploaded(clerk, b"x" * 2_300_000).status_code == 413
