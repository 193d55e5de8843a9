"""The words that a source file marks for translation, read with Python alone.

Templates are first turned into calls by Django itself, as ``makemessages`` does.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.utils.translation.template import templatize

from tests.catalogue import Word

# What each argument of the marking functions is: c context, s singular, p plural.
CALLS = {
    "_": "s",
    "gettext": "s",
    "gettext_lazy": "s",
    "gettext_noop": "s",
    "ngettext": "sp",
    "ngettext_lazy": "sp",
    "pgettext": "cs",
    "pgettext_lazy": "cs",
    "npgettext": "csp",
    "npgettext_lazy": "csp",
}
_TEXT = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(n?p?gettext|_)\(({_TEXT}(?:, ?{_TEXT})*)")


@cache
def of(path: Path) -> frozenset[Word]:
    """Every word of a file of Python or of a template, as (context, singular, plural)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return frozenset(_word(call) for call in _calls(ast.parse(text)))
    calls = _CALL.findall(templatize(text))
    return frozenset(
        _word(ast.parse(f"{name}({arguments})", mode="eval").body) for name, arguments in calls
    )


def in_f_strings(path: Path) -> list[Word]:
    """The words that a file of Python marks inside an f-string."""
    if path.suffix != ".py":
        return []
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    strings = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    return [_word(call) for string in strings for call in _calls(string)]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in CALLS:
            yield node


def _name(call: ast.expr) -> str:
    function = call.func if isinstance(call, ast.Call) else call
    return getattr(function, "id", "") or getattr(function, "attr", "")


def _word(call: ast.expr) -> Word:
    """The word of a call. Raises ``TypeError`` where a word is not written out as one text."""
    assert isinstance(call, ast.Call)
    kinds = CALLS[_name(call)]
    parts = dict.fromkeys("csp", "")
    for kind, argument in zip(kinds, call.args, strict=False):
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            raise TypeError(f"line {call.lineno}: a marked word must be written out")
        parts[kind] = argument.value
    return parts["c"], parts["s"], parts["p"]
