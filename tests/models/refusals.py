"""What the database itself refuses, whatever the code above it forgot."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction


@contextmanager
def refused(*names: str) -> Iterator[None]:
    """Expect the block to break one of these constraints, and undo what it did.

    SQLite names a check but of a unique index only the columns: give both where it is unique.
    """
    with pytest.raises(IntegrityError, match="|".join(names)), transaction.atomic():
        yield
