from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from console.accounts.roles import create_permissions_now, create_roles

ROOMS = ("engage", "accounts", "inbox", "auth")


def make_roles(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create_permissions_now(ROOMS, apps, using=schema_editor.connection.alias)
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("inbox", "0001_initial"),
        ("engage", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
