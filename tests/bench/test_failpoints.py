"""A process of the bench dies at the place it was armed for, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.faults.failpoints import NAMES

ROOT = Path(__file__).parents[2]
# The statements that the services send, without the services.
SCRIPT = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "motooffice.settings"
django.setup()
from django.db import connection, transaction
from django.http import HttpRequest
from bench.faults import failpoints
import requests, urllib3.connection
failpoints.install()
failpoints.arm({name!r}, note=lambda place: print("died at", place, flush=True))
with connection.cursor() as cursor:
    for table in ("operation", "evidence"):
        cursor.execute(f'CREATE TABLE "orders_{{table}}" ("status" text)')
def do(step, sql, *values):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
        print("wrote", step, flush=True)
    print("committed", step, flush=True)
do("t1", 'INSERT INTO "orders_operation" VALUES (%s)', "prepared")
do("t2", 'UPDATE "orders_operation" SET "status" = %s WHERE "status" = %s', "sending", "prepared")
wire = urllib3.connection.HTTPConnection("127.0.0.1", int({port}))
try:
    wire.request("GET", "/health")
    wire.getresponse()
finally:
    wire.close()
with requests.get("http://127.0.0.1:{port}/health"):
    pass
do("t3", 'INSERT INTO "orders_evidence" VALUES (%s)', "reply")
print("lived", flush=True)
"""
# What was said before; the line about a commit comes after the places behind it.
LAST_WORDS = {
    "t1_before_commit": "wrote t1",
    "between_t1_t2": "wrote t1",
    "t2_before_commit": "wrote t2",
    "after_t2": "wrote t2",
    "before_send": "committed t2",
    "after_send": "committed t2",
    "after_response": "committed t2",
    "t3_before_commit": "wrote t3",
    "": "lived",
}


@pytest.mark.parametrize("name", [*NAMES, ""])
def test_a_process_dies_where_it_was_told_to(name: str, gateway) -> None:  # noqa: ANN001
    script = SCRIPT.format(name=name, port=gateway.port)
    environment = os.environ | {"DEMO": "true", "DATABASE_URL": "sqlite://:memory:"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    told = done.stdout.split("\n")[:-1]
    assert done.returncode == (-9 if name else 0), done.stderr
    if name:
        assert told.pop() == f"died at {name}"
    assert told[-1] == LAST_WORDS[name]
