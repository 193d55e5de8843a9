"""``docs/faults.md`` is true: every fault is there, and the tests it names are."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "faults.md").read_text(encoding="utf-8")
NUMBERS = range(1, 88)
CELLS = r" \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$"
ROW = re.compile(r"^\| (\d+)" + CELLS, re.MULTILINE)
LETTERED_ROW = re.compile(r"^\| ([WR]\d+)" + CELLS, re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROWS = {int(number): cells for number, *cells in ROW.findall(PAGE)}
LETTERED = {name: cells for name, *cells in LETTERED_ROW.findall(PAGE)}


def names_in(file: str) -> set[str]:
    """The names of the tests in a file, those of classes included."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def numbers_of(test: str) -> set[int]:
    """The faults a test is named by: ``test_fault_02_and_03_…``, ``test_faults_38_to_41_…``."""
    span = re.match(r"test_faults_(\d\d)_to_(\d\d)_", test)
    if span:
        return set(range(int(span[1]), int(span[2]) + 1))
    named = re.match(r"test_fault_(\d\d(?:_and_\d\d)*)_", test)
    return {int(number) for number in named[1].split("_and_")} if named else set()


def test_every_fault_is_there_once_and_in_order() -> None:
    numbers = [int(row[0]) for row in ROW.findall(PAGE)]
    assert numbers == sorted(set(numbers))
    assert not set(NUMBERS) - set(numbers)


@pytest.mark.parametrize("number", NUMBERS)
def test_fault_has_what_is_done_the_place_and_a_test_of_its_name(number: int) -> None:
    fault, done, place, proof = ROWS[number]
    assert all((fault, done, place))
    named = TEST.findall(proof)
    assert named
    for file, test in named:
        assert test in names_in(file), f"{file} has no {test}"
    assert any(number in numbers_of(test) for _file, test in named)


def test_what_has_a_letter_is_there_once_and_in_order() -> None:
    names = [f"W{number}" for number in range(1, 14)] + [f"R{number}" for number in range(1, 6)]
    assert [row[0] for row in LETTERED_ROW.findall(PAGE)] == names


@pytest.mark.parametrize("name", LETTERED)
def test_what_has_a_letter_has_what_is_done_the_place_and_tests(name: str) -> None:
    fault, done, place, proof = LETTERED[name]
    assert all((fault, done, place))
    assert TEST.sub("", proof).replace("<br>", "") == "", "every test is named as one"
    for file, test in TEST.findall(proof):
        assert test in names_in(file), f"{file} has no {test}"


def test_no_row_is_left_out_for_its_form() -> None:
    rows = re.findall(r"^\| \w", PAGE, re.MULTILINE)
    assert len(rows) == len(ROWS) + len(LETTERED)


def test_no_test_is_named_by_a_fault_and_left_out() -> None:
    listed = {(file, test) for proof in ROWS.values() for file, test in TEST.findall(proof[3])}
    files = [path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")]
    named = {(file, test) for file in files for test in names_in(file) if numbers_of(test)}
    assert not named - listed
