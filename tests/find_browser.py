"""Where the browser of the tests is, and how one is had where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
APT_GET = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]


def find_browser(playwright: Playwright) -> str | None:
    """The machine's own Chromium or Chrome, else the one that Playwright keeps, else None."""
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    return installed or (own if Path(own).exists() else None)


def install_browser() -> None:
    """See to a browser if that is possible; where it is not, the tests themselves say so."""
    with sync_playwright() as playwright:
        if find_browser(playwright):
            return
    print("Installing a browser for the tests …", flush=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run([*APT_GET, "update"], check=False)
        package = ["chromium", "fonts-noto-core"]
        subprocess.run(
            [*APT_GET, "install", "--yes", "--no-install-recommends", *package], check=False
        )
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
