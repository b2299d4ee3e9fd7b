"""Nothing reads them any more."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("engage", "0019_seen_not_dated"),)

    operations = (
        migrations.RemoveField("conversation", "answered_through"),
        migrations.RemoveField("command", "answers_through"),
    )
