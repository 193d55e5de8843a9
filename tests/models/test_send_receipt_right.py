"""The migration that makes sending receipts a right of its own takes it from nobody."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from orders.models import Staff
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

keep = import_module("orders.migrations.0016_send_receipt").keep


def right(codename: str) -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="orders")


def test_who_could_send_receipts_by_another_right_still_can() -> None:
    shift, readers = (Group.objects.create(name=name) for name in ("night shift", "readers"))
    shift.permissions.set([right("mark_paid")])
    readers.permissions.set([right("view_order")])
    person = StaffFactory()
    person.user_permissions.set([right("mark_paid")])
    right("send_receipt").delete()
    keep(apps, SimpleNamespace(connection=connection))
    assert shift.permissions.filter(codename="send_receipt").exists()
    assert not readers.permissions.filter(codename="send_receipt").exists()
    assert Staff.objects.get(pk=person.pk).has_perm("orders.send_receipt")
