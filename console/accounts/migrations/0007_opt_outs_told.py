from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from console.accounts.roles import create_permissions_now, create_roles


def let_admins_look(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create_permissions_now(("engage",), apps, using=schema_editor.connection.alias)
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_things_set_aside"), ("engage", "0023_tell_of_former_opt_outs")]

    operations = [migrations.RunPython(let_admins_look, migrations.RunPython.noop)]
