from django.db import migrations

import engage.models.campaign


class Migration(migrations.Migration):
    dependencies = [
        ("engage", "0017_numbers_of_leads"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="campaign",
            index=engage.models.campaign.BoardIndex(
                fields=[
                    "status",
                    "missing_since",
                    "missing_readings",
                    "confirmed_at",
                    "was_active",
                    "sending_status",
                    "workspace",
                    "name",
                    "remote_id",
                    "version",
                ],
                name="campaigns_at_a_glance",
            ),
        ),
    ]
