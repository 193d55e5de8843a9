"""gunicorn's configuration in the bench: notes the web workers' process ids, so that they can be
killed, and lets each die at a failpoint once it has passed that so often.
"""

import os
import random
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["FAULTS_FOLDER"]) / "web"
PASSES = (2, 25)

preload_app = True  # a worker that was killed is back at once


def when_ready(server: Any) -> None:
    """In the master: import now what every new worker would import at its first request."""
    from django.urls import get_resolver  # noqa: PLC0415  only now is Django set up

    assert get_resolver().url_patterns


def post_fork(server: Any, worker: Any) -> None:
    """In the new worker, before its first request."""
    from bench.faults import failpoints  # noqa: PLC0415  only now is Django set up

    (FOLDER / str(worker.pid)).touch()
    chance = random.Random(f"{os.environ['FAULTS_SEED']}:{server.address}:{worker.age}")
    failpoints.install()
    if "FAULTS_KILLS" in os.environ:
        place = chance.choice(failpoints.NAMES)
        failpoints.arm(place, passes=chance.randrange(*PASSES), note=_died)


def child_exit(server: Any, worker: Any) -> None:
    """In the master: that process is no more."""
    (FOLDER / str(worker.pid)).unlink(missing_ok=True)


def _died(place: str) -> None:
    with (FOLDER / "died").open("a") as file:
        file.write(f"{place}\n")
