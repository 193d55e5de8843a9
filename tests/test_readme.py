import re
from pathlib import Path

from django.conf import settings

from orders.services.prepare import GRACE_S
from orders.states import ARROWS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
# What a container is told to run, up to its options.
COMMAND = re.compile(r"manage\.py \w+|python -m [\w.]+|gunicorn [\w.]+")


def test_the_diagram_shows_exactly_the_arrows_of_the_state_table() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", README.read_text(), re.MULTILINE))
    assert drawn == {(old.value, new.value) for old, news in ARROWS.items() for new in news}


def plain(file: str) -> str:
    """The text of a file as one line, without the signs that separate words in it."""
    return " ".join(re.sub(r'[",`\[\]]', " ", (ROOT / file).read_text()).split())


def test_containers_run_only_commands_that_the_readme_names() -> None:
    told = plain("README.md")
    run = [
        command
        for file in ("docker-compose.yml", "Dockerfile")
        for command in COMMAND.findall(plain(file))
    ]
    assert len(run) > 5
    assert not {command for command in run if command not in told}


def test_the_web_server_has_more_time_than_a_charge_needs() -> None:
    for file in ("Dockerfile", "moto", "README.md"):
        seconds = re.search(r"--timeout (\d+) --graceful-timeout (\d+)", plain(file))
        assert seconds, file
        assert min(map(int, seconds.groups())) > settings.CHARGE_DEADLINE_S + GRACE_S
