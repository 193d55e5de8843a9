"""The list of planted bugs keeps in step with the code it changes."""

import pytest

from bench.planted import ROOT, Planted, all_planted

every_bug = pytest.mark.parametrize("planted", all_planted(), ids=lambda planted: planted.bug)


def test_there_are_enough_of_them_and_no_two_alike() -> None:
    assert len({planted.bug for planted in all_planted()}) == len(all_planted()) >= 25


@every_bug
def test_the_place_of_a_bug_is_there_once(planted: Planted) -> None:
    assert planted.changed(ROOT) != (ROOT / planted.file).read_text(encoding="utf-8")


@every_bug
def test_the_tests_that_shall_notice_exist(planted: Planted) -> None:
    assert all((ROOT / name).is_file() for name in planted.tests.split())
