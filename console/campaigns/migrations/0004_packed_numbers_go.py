from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_seen_numbers_in_a_file"),
    ]

    operations = [
        migrations.RemoveField(model_name="listupload", name="packed"),
    ]
