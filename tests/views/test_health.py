"""Machines learn whether the office answers and whether it can work."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client


def test_the_office_answers_without_sign_in_or_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_the_office_is_ready_while_its_database_is(client: Client, db: None) -> None:
    assert client.get("/readyz").content == b"ready\n"


def test_the_office_is_not_ready_without_its_database(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(cache, "get", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"database is not ready\n")


def test_health_takes_no_forms(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
