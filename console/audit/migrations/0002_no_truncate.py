from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from console.audit.append_only import forbid_changes


def protect(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Once more, for databases whose first migration did not know of TRUNCATE yet."""
    forbid_changes(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(protect, migrations.RunPython.noop)]
