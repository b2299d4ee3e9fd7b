from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# As `ListLoad.append_file` cuts them.
_CHUNK_BYTES = 256 * 1024


def keep(apps: Any, schema_editor: Any) -> None:
    """Files that are being checked just now know the numbers of the rows before as well afterwards."""
    uploads = apps.get_model("campaigns", "ListUpload").objects.using(schema_editor.connection.alias)
    loads = apps.get_model("engage", "ListLoad").objects.using(schema_editor.connection.alias)
    chunks = apps.get_model("engage", "ListLoadChunk").objects.using(schema_editor.connection.alias)
    for upload in uploads.filter(state="checking").iterator(chunk_size=1):
        numbers = bytes(upload.packed)
        load = loads.create(
            campaign_id=upload.campaign_id, list_name=upload.list_name, size=len(numbers), chunk_bytes=_CHUNK_BYTES
        )
        for number, start in enumerate(range(0, len(numbers), _CHUNK_BYTES)):
            chunks.create(load=load, number=number, data=numbers[start : start + _CHUNK_BYTES])
        uploads.filter(pk=upload.pk).update(seen=load)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_list_files"),
        ("engage", "0021_named_parts"),
    ]

    operations = [
        migrations.RenameField(model_name="listupload", old_name="seen", new_name="packed"),
        migrations.AddField(
            model_name="listupload",
            name="seen",
            field=models.OneToOneField(
                blank=True,
                help_text="the numbers of rows that are kept so far, eight bytes each",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="engage.listload",
            ),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
