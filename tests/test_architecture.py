"""The shape of the tree: where things are, what may import what, and one name for one page.

Layers are declared in pyproject.toml, [tool.importlinter]; inline scripts and styles of templates
are looked for in test_templates.py.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
TOP_LEVEL = set(
    ".ci .dockerignore .env.example .gitignore Dockerfile LICENSE Makefile README.md bench "
    "CONTRIBUTING.md docker-compose.yml docs manage.py moto motooffice orders pyproject.toml "
    "requirements-celery.lock requirements-dev.lock requirements.lock static templates "
    "tests".split()
)
OURS = sorted(chain((ROOT / "orders").rglob("*.py"), (ROOT / "motooffice").rglob("*.py")))
OURS = [path for path in OURS if "migrations" not in path.parts]
SHARED_RUN = 5


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


every_file = pytest.mark.parametrize("path", OURS, ids=name)


def imported(path: Path) -> set[str]:
    """The modules that a file names in its import statements."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return found


def test_imports_go_downward_only() -> None:
    config = str(ROOT / "pyproject.toml")
    assert lint_imports(config_filename=config, no_cache=True) == 0


def test_no_import_cycle() -> None:
    graph = grimp.build_graph("orders", "motooffice", cache_dir=None)
    modules = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    assert list(TopologicalSorter(modules).static_order())


@every_file
def test_imports_nothing_inside_a_function(path: Path) -> None:
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if is_function(node)]
    inner = [node for function in functions for node in ast.walk(function)]
    assert not [node for node in inner if isinstance(node, ast.Import | ast.ImportFrom)]


@every_file
def test_file_has_fewer_than_250_lines_and_functions_fewer_than_60(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") < 250
    functions = [node for node in ast.walk(ast.parse(text)) if is_function(node)]
    assert not [one.name for one in functions if one.end_lineno - one.lineno >= 60]


def is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


@pytest.mark.parametrize(
    ("package", "others"),
    [("gateway", ("requests", "urllib3", "orders.cards")), ("sandbox", ())],
)
def test_package_stands_by_itself(package: str, others: tuple[str, ...]) -> None:
    modules = set(chain.from_iterable(map(imported, (ROOT / "orders" / package).rglob("*.py"))))
    outside = {one for one in modules if not one.startswith(f"orders.{package}")}
    foreign = {one for one in outside if one.split(".")[0] not in sys.stdlib_module_names}
    assert {one for one in foreign if not one.startswith(others)} == set()


def test_gateway_and_stand_in_share_no_run_of_lines() -> None:
    shared = set(runs("gateway")) & set(runs("sandbox"))
    assert not shared


def runs(package: str) -> Iterator[tuple[str, ...]]:
    """Every few lines in a row that say something, imports aside."""
    for path in (ROOT / "orders" / package).rglob("*.py"):
        lines = [line.strip() for line in path.read_text().splitlines()]
        lines = [one for one in lines if len(one) > 3 and not one.startswith(("import", "from"))]
        yield from zip(*(lines[start:] for start in range(SHARED_RUN)), strict=False)


def test_nothing_but_move_writes_the_status_of_a_row_that_exists() -> None:
    writers = {
        name(path)
        for path in (ROOT / "orders").rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"update", "bulk_update", "update_or_create"}
        and "status" in {keyword.arg for keyword in node.keywords}
    }
    # Of an operation, of a request, and of an order: what its operations add up to.
    assert writers == {
        "orders/models/approvals.py",
        "orders/models/operations.py",
        "orders/services/totals.py",
    }


def test_top_level_is_as_designed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    assert {line.split("/")[0] for line in listed.stdout.splitlines()} <= TOP_LEVEL


def test_stylesheets_and_scripts_are_short() -> None:
    own = [*(ROOT / "static/js").glob("*.js"), *(ROOT / "static/css").glob("*.css")]
    long = {name(path) for path in own if path.read_text().count("\n") > 250}
    assert not long


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=name)
def test_file_of_tests_has_fewer_than_300_lines(path: Path) -> None:
    assert path.read_text().count("\n") < 300
