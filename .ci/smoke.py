"""Runs the office as the README says and goes in: make run, sign in, look around, end it. Twice.

python .ci/smoke.py
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests

PAGES = ("/orders/new/", "/orders/", "/customers/")
READY_WITHIN_S = 300


def main() -> int:
    """0 if both rounds went well; an AssertionError names what did not."""
    office_port, gateway_port = free_ports(2)
    for turn in ("first", "second"):
        started = time.monotonic()
        with office(office_port, gateway_port):
            print(f"The {turn} start took {time.monotonic() - started:.0f} s.", flush=True)
            look_around(f"http://127.0.0.1:{office_port}")
            assert requests.get(f"http://127.0.0.1:{gateway_port}/", timeout=10).ok
        for port in (office_port, gateway_port):
            with socket.socket() as trial:
                assert trial.connect_ex(("127.0.0.1", port)), f"port {port} is still served"
    return 0


@contextmanager
def office(office_port: int, gateway_port: int) -> Iterator[None]:
    """A running `make run`, ended the way Ctrl-C ends it."""
    command = ["make", "run", f"PORT={office_port}", f"SANDBOX_PORT={gateway_port}"]
    made = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    signal.alarm(READY_WITHIN_S)
    try:
        said = ""
        for line in made.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        signal.alarm(0)
        assert made.poll() is None, f"make run ended by itself:\n{said}"
        assert all(word in said for word in ("supervisor", "moto-office-demo", "4005550000000001"))
        yield
    finally:
        signal.alarm(0)
        os.killpg(made.pid, signal.SIGINT)
        made.wait(timeout=90)


def look_around(site: str) -> None:
    """Sign in as an agent and open the pages of the day."""
    with requests.Session() as browser:
        page = browser.get(f"{site}/accounts/login/", timeout=30)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text).group(1)
        form = {"login": "agent", "password": "moto-office-demo", "csrfmiddlewaretoken": token}
        browser.post(f"{site}/accounts/login/", form, timeout=30).raise_for_status()
        for path in PAGES:
            page = browser.get(f"{site}{path}", timeout=30)
            assert page.ok, f"{path}: {page.status_code}"
            assert page.url == f"{site}{path}", f"{path} led to {page.url}"


def free_ports(count: int) -> list[int]:
    """Ports that nothing listened on a moment ago."""
    with ExitStack() as stack:
        trials = [stack.enter_context(socket.socket()) for _ in range(count)]
        for trial in trials:
            trial.bind(("127.0.0.1", 0))
        return [trial.getsockname()[1] for trial in trials]


if __name__ == "__main__":
    sys.exit(main())
