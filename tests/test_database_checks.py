"""What is missing or dangerous in the database is said in a sentence with an id."""

from django.db import connection
from pytest_django.fixtures import Settings

from orders.database_checks import check_cache_table, check_commits_last


def test_a_missing_cache_table_is_said_before_nobody_can_sign_in(
    settings: Settings, db: None
) -> None:
    assert check_cache_table(databases=["default"]) == []
    caches = settings.CACHES["default"] | {"LOCATION": "elsewhere"}
    settings.CACHES = {"default": caches}
    assert [found.id for found in check_cache_table(databases=["default"])] == ["orders.E011"]


def test_fault_67_database_that_forgets_commits_in_a_power_cut_is_worth_a_warning(
    db: None,
) -> None:
    said = [found.id for found in check_commits_last(databases=["default"])]
    fsync = "on"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW fsync")
            (fsync,) = cursor.fetchone()
    assert said == ([] if fsync == "on" else ["orders.W005"])


def test_fault_67_commit_returns_when_it_is_on_disk(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)
        else:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)  # FULL
