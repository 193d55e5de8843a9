"""The API beside the minimal safe view in short; how fast this machine is decides nothing here."""

from bench.api import API, LIMIT, MINIMAL, Compared, measure
from bench.overhead import Charge


def test_both_ways_charge_and_tell_where_their_time_went() -> None:
    result = measure(2, 20261122, unmeasured=1)
    minimal, api = result.references.values()
    assert (len(minimal), len(api), len(minimal | api)) == (3, 3, 6)
    for charges in result.charges.values():
        assert len(charges) == 2
        assert all(one.total_ms > one.spent_ms["total"] and one.ours_ms > 0 for one in charges)
    commits = {way: charges[-1].number["commits"] for way, charges in result.charges.items()}
    assert commits == {MINIMAL: 2, API: 3}
    assert f"times as much (limit {LIMIT})" in result.table()


def test_an_api_that_adds_more_than_it_may_is_a_failure() -> None:
    def run(api_ms: float) -> Compared:
        result = Compared("SQLite", 7)
        result.charges = {MINIMAL: [Charge(400, {}, {})], API: [Charge(api_ms, {}, {})]}
        return result

    assert run(429).is_clean
    assert not run(431).is_clean
