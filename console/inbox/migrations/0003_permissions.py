from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from console.accounts.roles import create_permissions_now, create_roles


def make_roles(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create_permissions_now(["inbox"], apps, using=schema_editor.connection.alias)
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0002_decisions_and_judgements"),
        ("accounts", "0003_campaign_roles"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
