"""A worker process: does what people do, through the services or the pages, until it is killed.

Importing this module sets Django up, and imports all addresses, so that the fork server does it
once for all workers.
"""

import os
import signal
import traceback
from multiprocessing.connection import Connection

import django
import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motooffice.settings")
django.setup()

from django.db import OperationalError, close_old_connections  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from bench.faults import (  # noqa: E402
    after_pages,
    after_services,
    failpoints,
    through_pages,
    through_services,
)
from bench.faults.browser import CUT_OFF  # noqa: E402
from bench.faults.plan import PAGES, SERVICES, Job  # noqa: E402
from orders.errors import Conflict, Refused  # noqa: E402

assert get_resolver().url_patterns
ACTS = {
    SERVICES: through_services.ACTS | after_services.ACTS,
    PAGES: through_pages.ACTS | after_pages.ACTS,
}


def serve(wire: Connection) -> None:
    """Do one job after another; each is answered with what came of it."""
    # Ctrl-C ends the run, and the run ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    failpoints.install()
    while True:
        try:
            values, failpoint = wire.recv()
        except EOFError:
            return
        failpoints.arm(failpoint)
        said = _done(Job(**values))
        failpoints.arm("")
        wire.send(said)


def _done(job: Job) -> str:
    try:
        return ACTS[job.through][job.act](job)
    except (Conflict, Refused) as refusal:
        return f"refused: {refusal.code}"
    except OperationalError:
        close_old_connections()
        return "database busy"
    except (*CUT_OFF, requests.Timeout):
        return "connection lost"
    except Exception:  # noqa: BLE001  whatever it is, the run shall report it
        return f"error: {traceback.format_exc()}"
