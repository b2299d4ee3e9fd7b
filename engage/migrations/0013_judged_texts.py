from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def keep_judgements(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What somebody took for no opt-out, up to a time, they have judged text by text."""
    messages = apps.get_model("engage", "Message").objects.using(schema_editor.connection.alias)
    conversations = apps.get_model("engage", "Conversation").objects.using(schema_editor.connection.alias)
    judged = conversations.filter(no_opt_out_through__isnull=False)
    for row_id, through in judged.values_list("id", "no_opt_out_through").iterator():
        messages.filter(conversation_id=row_id, is_inbound=True, sent_at__lte=through).update(is_judged=True)


class Migration(migrations.Migration):
    dependencies = [("engage", "0012_keep_how_gets_went")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="is_judged",
            field=models.BooleanField(
                db_default=False, default=False, help_text="a person has said whether it is an opt-out"
            ),
        ),
        migrations.RunPython(keep_judgements, migrations.RunPython.noop),
        migrations.RemoveField(model_name="conversation", name="no_opt_out_through"),
        migrations.AlterField(
            model_name="conversation",
            name="may_be_opt_out",
            field=models.BooleanField(
                default=False, help_text="words of theirs may mean stop, and nobody has said whether they do"
            ),
        ),
    ]
