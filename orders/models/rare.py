"""Rows of which there are nearly always none."""

from typing import TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


def rare(rows: "models.QuerySet[Row]") -> list[Row]:
    """The rows, nearly always none. To ask for that costs a part of what Django takes to prepare
    reading whole rows; where there are some, it costs a query more.
    """
    return list(rows) if rows.exists() else []
