"""The command: options, environment, a busy port, a clean end."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orders.sandbox.__main__ import main
from orders.sandbox.amounts import UNUSUAL
from orders.sandbox.cards import TEST_CARDS
from orders.sandbox.options import read_options
from orders.sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """The stand-in as a process, and the address it printed."""
    command = [sys.executable, "-m", "orders.sandbox", "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_ends_cleanly(tmp_path: Path, number: int) -> None:
    with running("--books", str(tmp_path / "books.sqlite3")) as (process, url):
        with urllib.request.urlopen(f"{url}health", timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(number)
        assert process.wait(10) == 0


def test_a_busy_port_is_a_sentence_and_code_2(
    box: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(box.port)], {}) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Address already in use" in said


@pytest.mark.parametrize("arguments", [["--seed", "/nowhere.json"], ["--books", "/dev/null/x"]])
def test_a_wrong_file_is_a_sentence_and_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", "0", *arguments], {}) == 2
    assert "cannot start" in capsys.readouterr().err


def test_the_defaults_are_the_demos() -> None:
    options = read_options([], {})
    assert (options["host"], options["port"]) == ("127.0.0.1", 9800)
    assert options["merchant_identifier"] == "MotoDemo"
    assert options["access_code"] == "demoAccessCode000001"
    assert options["feedback_urls"] == []


def test_the_environment_sets_what_the_command_line_does_not() -> None:
    environment = {
        "SANDBOX_PORT": "9900",
        "SANDBOX_SHA_TYPE": "sha512",
        "SANDBOX_MASKED_ECHOES": "true",
        "SANDBOX_FEEDBACK_URL": "http://a.example/ http://b.example/",
        "UNRELATED": "1",
    }
    options = read_options(["--port", "9901"], environment)
    assert (options["port"], options["sha_type"]) == (9901, "sha512")
    assert options["masked_echoes"] is True
    assert options["feedback_urls"] == ["http://a.example/", "http://b.example/"]


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--port", "http"], {}),
        (["--return-method", "put"], {}),
        ([], {"SANDBOX_FEEDBACK": "sometimes"}),
        ([], {"SANDBOX_PORT": "http"}),
    ],
)
def test_a_wrong_option_ends_with_code_2(
    arguments: list[str], environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(arguments, environment)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err


def test_cards_and_amounts_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help-amounts"], {}) == 0
    said = capsys.readouterr().out
    assert "4005550000000001" in said
    assert "…920" in said


def test_every_option_is_documented() -> None:
    text = (ROOT / "docs" / "sandbox.md").read_text()
    flags = [f"--{name.replace('_', '-')}" for name in read_options([], {})]
    assert [flag for flag in flags if flag.removesuffix("-urls") not in text] == []


def test_every_unusual_amount_and_test_card_is_documented() -> None:
    text = (ROOT / "docs" / "sandbox.md").read_text()
    assert [case for case in UNUSUAL if f"| …{case.digits} | {case.words} |" not in text] == []
    assert [card for card in TEST_CARDS if f"| {card.number} | {card.brand} |" not in text] == []


def test_it_needs_the_standard_library_only() -> None:
    environment = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", "-S", "-c"]
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import orders.sandbox.__main__"
    subprocess.run([*command, program], check=True, env=environment, timeout=30)
