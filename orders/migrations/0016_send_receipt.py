"""Sending a receipt is a right of its own; whoever had it by another one keeps it."""

from django.db import migrations


def keep(apps, schema_editor):
    """Give it to every group and person that may mark orders as paid. Keys of the API send none.

    The permission is made here: those of models are made only after all migrations.
    """
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    using = schema_editor.connection.alias
    paid = Permission.objects.using(using).filter(
        codename="mark_paid", content_type__app_label="orders"
    )
    groups = list(apps.get_model("auth", "Group").objects.using(using).filter(permissions__in=paid))
    staff = apps.get_model("orders", "Staff").objects.using(using)
    people = list(staff.filter(user_permissions__in=paid, api_key=None))
    if not groups and not people:
        return
    receipt, _new = ContentType.objects.using(using).get_or_create(
        app_label="orders", model="receipt"
    )
    send, _new = Permission.objects.using(using).get_or_create(
        content_type=receipt, codename="send_receipt", defaults={"name": "Can send receipts"}
    )
    for group in groups:
        group.permissions.add(send)
    for person in people:
        person.user_permissions.add(send)


class Migration(migrations.Migration):

    dependencies = [
        ("orders", "0015_api_keys"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='receipt',
            options={'ordering': ['id'], 'permissions': [('send_receipt', 'Can send receipts')], 'verbose_name': 'receipt', 'verbose_name_plural': 'receipts'},
        ),
        migrations.RunPython(keep, migrations.RunPython.noop, elidable=True),
    ]
