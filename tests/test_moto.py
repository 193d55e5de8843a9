"""`moto`, the script behind make run and make test: what it refuses, and that it ends its parts."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
Part = subprocess.Popen[bytes]
Done = subprocess.CompletedProcess[str]
SLEEPER = ["-c", "import time; time.sleep(600)"]


@pytest.fixture(scope="module")
def moto() -> ModuleType:
    """The script as a module; it has no ending that says Python."""
    loader = SourceFileLoader("moto", str(ROOT / "moto"))
    module = module_from_spec(spec_from_loader("moto", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def sleeper(moto: ModuleType) -> Iterator[Part]:
    """A part of the office that does nothing for ten minutes."""
    part = moto.start(SLEEPER)
    yield part
    part.kill()
    part.wait()


def run(*arguments: str, folder: Path = ROOT, **environment: str) -> Done:
    """The script's end: exit code and what it said."""
    return subprocess.run(
        [sys.executable, "moto", *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def assert_is_a_sentence(done: Done, *words: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("moto: ")
    assert all(word in done.stderr for word in words), done.stderr


def test_busy_port_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_is_a_sentence(run("run", "--port", port), port, "make run PORT=")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", ""])
def test_what_is_no_port_is_a_sentence(port: str) -> None:
    assert_is_a_sentence(run("run", f"--sandbox-port={port}"), "no port")


def test_one_port_for_two_is_a_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    assert_is_a_sentence(run("run", "--port", port, "--sandbox-port", port), "a port each")


def test_packages_that_cannot_be_had_are_a_sentence(tmp_path: Path) -> None:
    shutil.copy(ROOT / "moto", tmp_path)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text("motooffice-is-no-package==1 --hash=sha256:" + "0" * 64)
    offline = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "PIP_CONFIG_FILE": os.devnull}
    assert_is_a_sentence(run("install", folder=tmp_path, **offline), "takes the network")
    assert not (tmp_path / ".venv" / "installed").exists()


def test_folder_where_nothing_can_be_made_is_a_sentence(tmp_path: Path) -> None:
    shutil.copy(ROOT / "moto", tmp_path)
    for name in ("requirements.lock", "requirements-dev.lock", ".venv"):
        (tmp_path / name).write_text("")
    assert_is_a_sentence(run("install", folder=tmp_path), ".venv")


def test_what_is_installed_already_needs_no_network(tmp_path: Path) -> None:
    shutil.copy(ROOT / "moto", tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text("motooffice-is-no-package==1 --hash=sha256:" + "0" * 64)
    digest = sha256((tmp_path / "requirements-dev.lock").read_bytes()).hexdigest()
    (tmp_path / ".venv" / "installed").write_text(digest)
    done = run("install", folder=tmp_path, PIP_NO_INDEX="1", UV_OFFLINE="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_missing_python_is_a_sentence() -> None:
    done = subprocess.run(
        ["make", "run", "PYTHON="], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "MotoOffice needs Python 3.11 or newer; none was found." in done.stderr


def test_old_python_is_told_so_before_anything_else() -> None:
    lines = (ROOT / "moto").read_text().split("\nimport sys\n")[1].strip().splitlines()
    assert lines[0] == "if sys.version_info < (3, 11):"
    assert lines[1].strip().startswith("sys.exit(")


def test_demo_that_was_cut_short_is_begun_anew_and_a_whole_one_is_kept(
    moto: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "office.sqlite3"

    def cut_short(*_words: str) -> None:
        database.write_text("half of it")
        raise moto.Stopped(2)

    monkeypatch.setattr(moto, "VAR", tmp_path)
    monkeypatch.setattr(moto, "manage", cut_short)
    with pytest.raises(moto.Stopped):
        moto.prepare()
    found: list[bool] = []

    def whole(*_words: str) -> None:
        found.append(database.exists())
        database.touch()

    monkeypatch.setattr(moto, "manage", whole)
    moto.prepare()
    assert found == [False, True, True]
    moto.prepare()
    assert found[3:] == [True, True, True]


def test_part_that_died_is_named(moto: ModuleType) -> None:
    part = moto.start(["-c", "raise SystemExit(3)"])
    part.wait()
    with pytest.raises(moto.Refusal, match=r"resolver ended by itself \(exit code 3\)"):
        moto.refuse_dead({"resolver": part})


def test_part_that_lives_is_let_be(moto: ModuleType, sleeper: Part) -> None:
    moto.refuse_dead({"resolver": sleeper})


def test_part_is_ended_with_all_it_started(moto: ModuleType) -> None:
    child = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]])"
    part = moto.start(["-c", child, *SLEEPER])
    moto.end(part)
    with pytest.raises(ProcessLookupError):
        os.killpg(part.pid, 0)


def test_sqlite_gets_processes_and_postgresql_threads(
    moto: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert "sync" in moto.gunicorn(8000)
    monkeypatch.setenv("DATABASE_URL", "postgresql://office@db/office")
    assert "32" in moto.gunicorn(8000)
