"""Each part of a lead has the version of the newest statement that names it; whole ones need no rank any more."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Substr


def leave_out_rank(apps: Any, schema_editor: Any) -> None:
    conversations = apps.get_model("engage", "Conversation").objects
    ranked = conversations.filter(lead_version__startswith="0 ") | conversations.filter(lead_version__startswith="1 ")
    ranked.update(lead_version=Substr(F("lead_version"), 3))


class Migration(migrations.Migration):
    dependencies = (("engage", "0021_named_parts"),)

    operations = (
        migrations.AddField(
            "lead",
            "named_versions",
            models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="of parts that the newest statement does not name",
            ),
        ),
        migrations.RunPython(leave_out_rank, migrations.RunPython.noop),
    )
