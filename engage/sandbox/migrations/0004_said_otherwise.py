from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sandbox", "0003_quick_looks"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="approved_messages",
            field=models.JSONField(help_text="while new texts await approval: those before them", null=True),
        ),
        migrations.AddField(
            model_name="webhook",
            name="header",
            field=models.CharField(
                blank=True, default="", help_text="x-event-type; blank: there is no such header", max_length=60
            ),
            preserve_default=False,
        ),
        # What waited when the sandbox was stopped leaves with the header it would have had.
        migrations.RunSQL("UPDATE sandbox_webhook SET header = event", migrations.RunSQL.noop),
    ]
