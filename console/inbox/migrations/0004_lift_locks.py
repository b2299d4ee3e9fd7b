from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from console.accounts.roles import create_permissions_now, create_roles


def make_roles(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create_permissions_now(["inbox"], apps, using=schema_editor.connection.alias)
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_permissions")]

    operations = [
        migrations.AlterModelOptions(
            name="deskconversation",
            options={
                "permissions": (
                    ("release_held", "Can release replies and dispositions that are held back"),
                    ("open_widget", "Can open a conversation in the platform's own page"),
                    ("lift_locks", "Can lift what forbids to text a number, with a reason"),
                )
            },
        ),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
