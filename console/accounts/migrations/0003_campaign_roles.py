from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from console.accounts.roles import create_permissions_now, create_roles

ROOMS = ("campaigns", "audit")


def make_roles(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create_permissions_now(ROOMS, apps, using=schema_editor.connection.alias)
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("campaigns", "0001_initial"),
        ("audit", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
