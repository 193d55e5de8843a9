import re
from pathlib import Path

from orders.states import ARROWS

README = Path(__file__).parent.parent / "README.md"


def test_the_diagram_shows_exactly_the_arrows_of_the_state_table() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", README.read_text(), re.MULTILINE))
    assert drawn == {(old.value, new.value) for old, news in ARROWS.items() for new in news}
