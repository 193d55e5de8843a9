"""The office under restarts in its short form; how quickly it recovers decides nothing here."""

import pytest

from bench.restarts import RECOVERED_WITHIN_S, Shaken, shake


def test_restarts_break_no_promise() -> None:
    # Other tests work on the same server at the same time.
    result = shake(8, 2, 20261122, owns_database=False)
    assert not any(result.breaches.values()), result.table()
    assert result.said["approved"] > 0, result.table()
    assert result.blows["the gateway away for 2 s"] == 1


@pytest.mark.parametrize(
    "result",
    [
        Shaken("SQLite", 7, breaches={"double": ["order 1 was charged 2 times"]}),
        Shaken("SQLite", 7, recovered_s={"the gateway was back": RECOVERED_WITHIN_S + 1.0}),
        Shaken("SQLite", 7, recovered_s={"the database was back": float("inf")}),
    ],
)
def test_a_breach_and_a_late_recovery_are_failures(result: Shaken) -> None:
    assert not result.is_clean


def test_a_run_without_either_is_none() -> None:
    assert Shaken("SQLite", 7, breaches={"double": []}, recovered_s={"it was back": 1.0}).is_clean
