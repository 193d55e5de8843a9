"""Acts that start at the same moment, each in a thread and a database connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection


def together(*acts: Callable[[], object]) -> list[object]:
    """What came of each act, errors included, in no order. Needs ``transactional_db``."""
    barrier, results = threading.Barrier(len(acts)), []

    def act_alone(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except Exception as error:  # noqa: BLE001  every outcome is looked at
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act_alone, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
