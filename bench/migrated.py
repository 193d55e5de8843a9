"""A pytest plugin (``-p bench.migrated --reuse-db``): begin with a copy of the SQLite file that
``MIGRATED`` names, which was migrated once for many runs.
"""

import os
import shutil

from django.db import connection


def pytest_sessionstart() -> None:
    """Put the copy where the tests' database is looked for."""
    shutil.copy(os.environ["MIGRATED"], connection.settings_dict["TEST"]["NAME"])
