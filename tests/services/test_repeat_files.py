"""A file becomes a run that is not started, or a sentence about what is wrong with it."""

import hashlib

import pytest

from orders.errors import Refused
from orders.models import Event, RepeatItem, RepeatRun, Staff
from orders.run_states import ItemState, RunState
from orders.services import repeat_files
from tests.factories import ConsentFactory
from tests.services.repeat import HEAD, made

pytestmark = pytest.mark.django_db(transaction=True)


def refusal(actor: Staff, data: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        made(actor, data)
    assert not RepeatRun.objects.exists()
    return refused.value


def test_a_run_has_the_good_rows_and_says_what_is_wrong_with_the_others(supervisor: Staff) -> None:
    card = ConsentFactory(starts_itself=True).card
    data = f"{HEAD}\n{card.pk},12.500,KWD,SUB-1,Tea\n{card.pk},x,KWD,SUB-2,Tea".encode()
    run = made(supervisor, data)
    assert (run.state, run.row_count, run.name) == (RunState.DRAFT, 2, "november.csv")
    assert run.digest == hashlib.sha256(data).hexdigest()
    item = RepeatItem.objects.get()
    assert (item.line, item.reference, item.amount_minor, item.currency, item.state) == (
        2,
        "SUB-1",
        12_500,
        "KWD",
        ItemState.DRAFT,
    )
    assert [line for line, _sentence in run.faults] == [3]


def test_the_trail_tells_who_made_it_from_what(supervisor: Staff) -> None:
    run = made(supervisor, f"{HEAD}\n1,1,KWD,SUB-1,".encode())
    event = Event.objects.get(kind="repeat_run_made")
    assert (event.actor, event.data["run"]) == (supervisor, run.number)
    assert (event.data["rows"], event.data["faults"]) == (1, 1)


def test_a_file_with_a_card_number_is_refused_and_nothing_of_it_kept(supervisor: Staff) -> None:
    data = f"{HEAD}\n4111 1111 1111 1111,1,KWD,SUB-1,".encode()
    assert refusal(supervisor, data).code == "card_number"
    assert not Event.objects.filter(kind="repeat_run_made").exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "columns_missing"),
        (b"card,amount,currency\n1,1,KWD", "columns_missing"),
        (b"amount,currency,reference\n1,KWD,A", "columns_missing"),
        (b"card,amount,currency,reference\n\n", "no_rows"),
        ("card,amount,currency,reference\né".encode("latin-1"), "sheet_encoding"),
    ],
)
def test_what_is_no_such_table_is_refused(supervisor: Staff, data: bytes, code: str) -> None:
    refused = refusal(supervisor, data)
    assert (refused.code, refused.field) == (code, "sheet")


def test_more_rows_than_a_run_may_have_are_refused(
    supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeat_files, "MOST_ROWS", 2)
    rows = [f"1,1,KWD,SUB-{number}," for number in range(3)]
    assert refusal(supervisor, "\n".join([HEAD, *rows]).encode()).code == "too_many_rows"


def test_nobody_makes_one_without_the_right(agent: Staff) -> None:
    assert refusal(agent, f"{HEAD}\n1,1,KWD,SUB-1,".encode()).code == "not_permitted"
