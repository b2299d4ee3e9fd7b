"""Names and search texts of leads that are stored, as they would be written today: folded, and without what is no name."""

from typing import Any

from django.db import migrations, models, transaction

from engage.sms.names import find_name
from engage.sms.searching import search_text

_BATCH = 1000


def fold_names(apps: Any, schema_editor: Any) -> None:
    """A batch at a time: web and worker go on while this runs, and what they write meanwhile is left alone."""
    Lead = apps.get_model("engage", "Lead")
    newest = 0
    while rows := list(
        Lead.objects.filter(pk__gt=newest).order_by("pk").only("name", "phone", "search_text", "data")[:_BATCH]
    ):
        newest = rows[-1].pk
        with transaction.atomic():
            for row in rows:
                name = find_name(row.data)[:300] if isinstance(row.data, dict) and row.data else row.name
                text = search_text(name, row.phone)[:400]
                if (name, text) != (row.name, row.search_text):
                    unchanged = Lead.objects.filter(pk=row.pk, name=row.name, phone=row.phone)
                    unchanged.update(name=name, search_text=text)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("engage", "0013_judged_texts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="lead",
            name="search_text",
            field=models.CharField(blank=True, help_text="folded name, a space, digits of the phone", max_length=400),
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop, elidable=True),
    ]
