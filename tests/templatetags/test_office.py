"""The office tags: what they print, and that a script's hash is that of the file served."""

import base64
import hashlib
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Context, Template
from django.test import override_settings

from orders.states import OrderStatus, Source, Status
from orders.templatetags import office

SHELL = Path(__file__).resolve().parents[2] / "static" / "js" / "shell.js"
MANIFEST = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


def show(markup: str, /, **context: object) -> str:
    return Template("{% load office %}" + markup).render(Context(context)).strip()


def sha384(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def test_script_carries_the_hash_of_the_source_file() -> None:
    shown = show('{% script "js/shell.js" %}')
    assert f'integrity="{sha384(SHELL.read_bytes())}"' in shown
    assert 'crossorigin="anonymous" defer' in shown


def test_script_under_the_manifest_is_the_collected_file(tmp_path: Path) -> None:
    with override_settings(STORAGES=MANIFEST, STATIC_ROOT=tmp_path, DEBUG=False):
        call_command("collectstatic", verbosity=0, interactive=False)
        shown = show('{% script "js/shell.js" %}')
        collected = tmp_path / staticfiles_storage.stored_name("js/shell.js")
    assert f'src="/static/js/{collected.name}"' in shown
    assert collected.name != "shell.js"
    assert sha384(collected.read_bytes()) in shown


def test_changed_script_gets_a_new_hash(tmp_path: Path) -> None:
    script = tmp_path / "one.js"
    script.write_text("1")
    before = office._integrity(script, 1)
    script.write_text("2")
    assert office._integrity(script, 2) == sha384(b"2") != before


def test_missing_script_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        show('{% script "js/nothing.js" %}')


def test_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in show('{% icon "telephone" %}')
    assert '<use href="/static/icons.svg#telephone">' in show('{% icon "telephone" %}')
    assert 'role="img" aria-label="By &lt;phone&gt;"' in show(
        '{% icon "telephone" label %}', label="By <phone>"
    )


@pytest.mark.parametrize("source", ['{% money 250500 "KWD" %}', '{{ 250500|money:"KWD" }}'])
def test_money_reads_left_to_right(source: str) -> None:
    assert show(source) == '<bdi class="money" dir="ltr">KWD 250.500</bdi>'


@pytest.mark.parametrize(
    ("minor", "currency", "whole", "decimals"),
    [
        (125000, "AED", "AED 1,250", ".00"),
        (250500, "KWD", "KWD 250", ".500"),
        (5, "JPY", "JPY 5", ""),
    ],
)
def test_money_cell_keeps_decimals_apart(
    minor: int, currency: str, whole: str, decimals: str
) -> None:
    shown = show("{% money_cell minor currency %}", minor=minor, currency=currency)
    assert f'{whole}<span class="money-decimals">{decimals}</span>' in shown


def test_no_amount_is_a_dash() -> None:
    assert show('{% money None "KWD" %}{% money_cell None "KWD" %}') == "——"


def test_card_label_shows_brand_and_last_four() -> None:
    assert "Visa •••• 1111</bdi>" in show('{% card_label "VISA" "1111" %}')
    assert show('{% card_label "" "" %}') == "—"


@pytest.mark.parametrize("status", OrderStatus)
def test_every_order_status_has_a_badge_with_icon_and_word(status: OrderStatus) -> None:
    shown = show("{% status_badge status %}", status=status.value)
    assert f"status-{status.value}" in shown
    assert "<use" in shown
    assert str(status.label) in shown


@pytest.mark.parametrize(
    ("method", "word"),
    [("cash", "in cash"), ("cheque", "by cheque"), ("transfer", "by transfer"), ("", "outside")],
)
def test_an_order_paid_outside_says_how_and_never_looks_paid(method: str, word: str) -> None:
    shown = show('{% status_badge "paid_outside" method=method %}', method=method)
    assert f"Paid {word}" in shown
    assert shown.count("status-paid_outside") == 1
    assert "cash-coin" not in shown


@pytest.mark.parametrize("status", Status)
def test_every_operation_status_has_a_badge_with_icon_and_word(status: Status) -> None:
    shown = show('{% status_badge status "operation" %}', status=status.value)
    assert "<use" in shown
    assert str(status.label) in shown
    assert shown == show("{% status_badge status %}", status=status)


@pytest.mark.parametrize("source", Source)
def test_every_source_has_a_label_with_an_icon(source: Source) -> None:
    shown = show("{% source_label source %}", source=source.value)
    assert "<use" in shown
    assert str(source.label) in shown


def test_every_icon_named_is_in_the_sprite() -> None:
    sprite = (SHELL.parents[1] / "icons.svg").read_text()
    icons = [office.ORDER_ICONS, office.OPERATION_ICONS, office.SOURCE_ICONS]
    assert not [name for table in icons for name in table.values() if f'id="{name}"' not in sprite]
