"""The stopwatch in its short form; how fast this machine is decides nothing here."""

from bench.overhead import GATEWAY_S, LIMIT_MS, Charge, Overhead, measure


def test_every_charge_tells_where_its_time_went() -> None:
    result = measure(4, 4.0, 20261122)
    assert len(result.charges) == 4
    for charge in result.charges:
        assert charge.total_ms > charge.spent_ms["total"] > 1000 * GATEWAY_S
        assert charge.number["queries"] > 10
        assert charge.number["commits"] == 2
        assert 0 < charge.spent_ms["queries"] + charge.spent_ms["commits"] < charge.ours_ms
    assert f"limit {LIMIT_MS[result.database]} ms" in result.table()


def test_a_limit_that_six_in_a_hundred_break_is_broken() -> None:
    def run(slow: int) -> Overhead:
        totals = [330.0] * (100 - slow) + [2_000.0] * slow
        return Overhead("PostgreSQL", 7, [Charge(total_ms, {}, {}) for total_ms in totals])

    assert run(slow=5).is_clean
    assert not run(slow=6).is_clean
