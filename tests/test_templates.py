"""What holds for every template: it parses, and a strict policy will let all of it run."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
INLINE = re.compile(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
SPRITE = (ROOT / "static" / "icons.svg").read_text()

# Shown by no page under the office's policy; mail programs drop every other style.
MAILS = {"receipts/mail.html", "receipts/_mail_row.html"}

every_template = pytest.mark.parametrize("name", TEMPLATES)


def code(name: str) -> str:
    """The template without its comments."""
    return COMMENT.sub("", (FOLDER / name).read_text())


@every_template
def test_parses(name: str) -> None:
    assert get_template(name)


@every_template
def test_has_no_inline_script_style_or_handler(name: str) -> None:
    found = set(INLINE.findall(code(name)))
    assert found <= ({" style="} if name in MAILS else set())


@every_template
def test_names_static_files_literally_and_they_exist(name: str) -> None:
    names = re.findall(r"{% (?:static|script) ([^ ]+)[^%]*%}", code(name))
    assert all(re.fullmatch(r"(['\"])[\w./-]+\1", one) for one in names)
    assert not [one for one in names if not (ROOT / "static" / one.strip("'\"")).is_file()]


@every_template
def test_names_only_icons_of_the_sprite(name: str) -> None:
    named = re.findall(r'(?:{% icon |\bicon=)"([a-z0-9-]+)"', code(name))
    assert not [icon for icon in named if f'id="{icon}"' not in SPRITE]


@every_template
def test_fetches_nothing_from_elsewhere(name: str) -> None:
    assert not re.findall(r"(?:src|href|action)=\"(?:https?:)?//", code(name))


@every_template
def test_every_visible_word_is_translated(name: str) -> None:
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", code(name), flags=re.DOTALL)
    text = re.sub(r"<(title|kbd|bdi)\b[^>]*>[^<{]*", "", text)
    text = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", "\n", text, flags=re.DOTALL)
    words = [line.strip() for line in text.splitlines() if re.search(r"[^\W\d_]{2,}", line)]
    assert words in ([], ["EN"], ["English"], ["EN", "English"], ["· MotoOffice"])


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_error_page_needs_no_context(name: str) -> None:
    assert "<h1>" in get_template(name).render()
