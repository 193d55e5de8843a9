"""Catalogues of translations, read with Python alone: the .po of people, the .mo of programs."""

import ast
import gettext
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

# A number for each of Arabic's six forms, in their order.
ONE_OF_EACH_FORM = (0, 1, 2, 3, 11, 100)

Word = tuple[str, str, str]  # context, singular, plural; "" for none

_LINE = re.compile(r'(?:(msg\w+)(?:\[\d\])? )?(".*")')


@dataclass
class Entry:
    """A word with its translation; ``forms`` are six where it has a ``plural``, else one."""

    context: str = ""
    msgid: str = ""
    plural: str = ""
    forms: list[str] = field(default_factory=list)
    is_fuzzy: bool = False

    @property
    def word(self) -> Word:
        return self.context, self.msgid, self.plural


def read(path: Path) -> dict[Word, Entry]:
    """The entries of a .po without its header. Raises ``ValueError`` for a line it cannot read."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    entries = [_entry(block) for block in blocks]
    return {entry.word: entry for entry in entries if entry.msgid}


def compiled(path: Path, entries: Iterable[Entry]) -> dict[Word, list[str]]:
    """What a .mo answers for the words of ``entries``."""
    with path.open("rb") as file:
        said = gettext.GNUTranslations(file)
    return {entry.word: _ask(said, entry) for entry in entries}


def size(path: Path) -> int:
    """How many entries a .mo holds, with its header (GNU gettext manual, "The Format of MO")."""
    _magic, _revision, total = struct.unpack_from("<III", path.read_bytes())
    return int(total)


def _entry(block: str) -> Entry:
    entry = Entry()
    name = ""
    for line in block.splitlines():
        if line.startswith("#"):
            entry.is_fuzzy |= line.startswith("#,") and "fuzzy" in line
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(line)
        is_first, name, text = bool(match[1]), match[1] or name, ast.literal_eval(match[2])
        if name == "msgstr" and is_first:
            entry.forms.append(text)
        elif name == "msgstr":
            entry.forms[-1] += text
        else:
            place = {"msgctxt": "context", "msgid": "msgid", "msgid_plural": "plural"}[name]
            setattr(entry, place, getattr(entry, place) + text)
    return entry


def _ask(said: gettext.GNUTranslations, entry: Entry) -> list[str]:
    context, msgid, plural = entry.word
    if plural and context:
        return [said.npgettext(context, msgid, plural, number) for number in ONE_OF_EACH_FORM]
    if plural:
        return [said.ngettext(msgid, plural, number) for number in ONE_OF_EACH_FORM]
    return [said.pgettext(context, msgid) if context else said.gettext(msgid)]
