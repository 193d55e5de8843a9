"""Keeps the files that other people wrote under static/vendor/, and the icon sprite.

    python .ci/vendor.py            fetch the pinned packages and write the files anew
    python .ci/vendor.py --check    compare the committed files with vendor.json; no network

Nothing is fetched when the office runs or is tested: the files are committed. vendor.json says
where each file came from and what its sha384 is, in the form that an ``integrity`` attribute
takes, so it is the inventory of third-party scripts as well.
"""

import argparse
import base64
import hashlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
VENDOR = STATIC / "vendor"
LIST = VENDOR / "vendor.json"
SPRITE = STATIC / "icons.svg"
SOURCE_MAP = re.compile(rb"\n?(//[#@]|/\*[#@]) ?sourceMappingURL=[^\n]*")
ICON = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@dataclass(frozen=True)
class Package:
    """One npm package, pinned by version and by the sha512 of its archive."""

    name: str
    version: str
    sha512: str
    files: dict[str, str]


BOOTSTRAP = Package(
    "bootstrap",
    "5.3.9",
    "20cU0rcfw8WdxtVbmfU+xT2EjvVTw9Ror/h1Qvd7DXCujRg8OO9mdBCsmTHdJFf3BuadmBNJtgIuUXsBqSkk/w==",
    {
        "LICENSE": "bootstrap/LICENSE",
        "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
        "dist/css/bootstrap.rtl.min.css": "bootstrap/bootstrap.rtl.min.css",
        "dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
    },
)
BOOTSTRAP_ICONS = Package(
    "bootstrap-icons",
    "1.13.2",
    "fAU1Ly3dH7hwRg+CB8EZ0Vl0fF80zgXHeUVJyfUOKzoURr+TbwISbCW5tKUoQLERaWYG2emTCybcPbD96hdD1A==",
    {"LICENSE": "bootstrap-icons/LICENSE"},
)
HTMX_FILES = {"htmx-2.min.js": "htmx/htmx.min.js"}
ICONS = """
    arrow-clockwise arrow-left arrow-repeat arrow-right bank bar-chart box-arrow-right building
    calendar3 card-list cash-coin cash-stack check-circle-fill check-lg chevron-down chevron-left
    chevron-right clipboard clock-history credit-card credit-card-2-front download envelope
    envelope-paper exclamation-triangle exclamation-triangle-fill file-earmark-text filter gear
    globe hourglass-split info-circle journal-text keyboard list lock mailbox moon pause-circle
    pencil people person person-check person-circle plus-circle printer record-circle search
    shield-check shield-lock shop star telephone telephone-inbound telephone-inbound-fill trash
    x-circle x-lg x-octagon-fill
""".split()


def unpack(package: Package) -> dict[str, bytes]:
    """Every file of the package by its path; refuses an archive whose sha512 is another."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{package.name}@{package.version}"
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True)
        archive = next(Path(folder).glob("*.tgz")).read_bytes()
    found = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != package.sha512:
        raise SystemExit(f"{wanted}: the archive's sha512 is {found}, not the pinned one.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {
            member.name.removeprefix("package/"): tar.extractfile(member).read()
            for member in tar.getmembers()
            if member.isfile()
        }


def htmx() -> dict[str, bytes]:
    """The copy of htmx that the installed django-htmx was tested with."""
    package = importlib.util.find_spec("django_htmx")
    if package is None or package.origin is None:
        raise SystemExit("django-htmx is not installed: run this with the project's Python.")
    folder = Path(package.origin).parent / "static" / "django_htmx"
    return {name: (folder / name).read_bytes() for name in HTMX_FILES}


def sprite(icons: dict[str, bytes]) -> bytes:
    """One SVG file with a symbol for each icon; pages show one by ``<use href="…#name">``."""
    symbols = []
    for name in ICONS:
        body = ICON.search(icons[f"icons/{name}.svg"].decode())
        drawing = re.sub(r">\s+<", "><", body.group(1).strip())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{drawing}</symbol>')
    source = f"Bootstrap Icons {BOOTSTRAP_ICONS.version}, MIT licence; made by .ci/vendor.py"
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', f"<!-- {source} -->", *symbols, "</svg>"]
    return "\n".join(lines).encode() + b"\n"


def integrity(content: bytes) -> str:
    """The value of an ``integrity`` attribute for this content."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def refresh() -> None:
    """Fetch everything and write files, sprite and list."""
    listed: dict[str, dict[str, str]] = {}

    def keep(path: Path, content: bytes, source: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The storage that names files by their content fails on a map that is not there.
        content = SOURCE_MAP.sub(b"", content)
        path.write_bytes(content)
        name = path.relative_to(STATIC).as_posix()
        listed[name] = {"source": source, "integrity": integrity(content)}

    for package in (BOOTSTRAP, BOOTSTRAP_ICONS):
        contents = unpack(package)
        source = f"{package.name} {package.version}"
        for inside, target in package.files.items():
            keep(VENDOR / target, contents[inside], source)
        if package is BOOTSTRAP_ICONS:
            keep(SPRITE, sprite(contents), source)
    for name, content in htmx().items():
        version = re.search(rb'version:"([0-9.]+)"', content).group(1).decode()
        keep(VENDOR / HTMX_FILES[name], content, f"htmx.org {version}")
    LIST.write_text(json.dumps(dict(sorted(listed.items())), indent=2) + "\n")


def faults() -> list[str]:
    """What differs between the committed files and vendor.json; empty when nothing does."""
    listed = json.loads(LIST.read_text())
    present = {path.relative_to(STATIC).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    present.discard(LIST.relative_to(STATIC).as_posix())
    found = [f"{name}: not in vendor.json" for name in sorted(present - set(listed))]
    for name, entry in listed.items():
        path = STATIC / name
        if not path.is_file():
            found.append(f"{name}: missing")
        elif integrity(path.read_bytes()) != entry["integrity"]:
            found.append(f"{name}: changed")
    return found


def main() -> int:
    """Run as asked; 1 when --check found a difference."""
    parser = argparse.ArgumentParser(description="Third-party files of the office")
    parser.add_argument("--check", action="store_true", help="compare only, no network")
    if not parser.parse_args().check:
        refresh()
    found = faults()
    print("\n".join(found) or "Vendored files are as listed.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
