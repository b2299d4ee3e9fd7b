"""What was seen is known by the order of hearing from now on. What dates said of it is taken over."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce


def take_over(apps: Any, schema_editor: Any) -> None:
    conversation, message, command = (apps.get_model("engage", name) for name in ("Conversation", "Message", "Command"))
    texts = message.objects.filter(is_inbound=True).order_by()

    def newest(of: Any) -> Coalesce:
        grouped = of.values("conversation_id").annotate(newest=Max("id"))
        return Coalesce(Subquery(grouped.values("newest")), 0)

    of_row = texts.filter(conversation_id=OuterRef("pk"))
    conversation.objects.update(heard_through=newest(of_row))
    of_reply = texts.filter(conversation_id=OuterRef("conversation_id"), sent_at__lte=OuterRef("answers_through"))
    command.objects.filter(kind="reply").update(seen_through=newest(of_reply))


class Migration(migrations.Migration):
    dependencies = (("engage", "0018_campaigns_at_a_glance"),)

    operations = (
        migrations.AddField(
            "command",
            "seen_through",
            models.BigIntegerField(
                blank=True,
                help_text="id of the lead's text heard last of those that its author had seen; 0: none",
                null=True,
            ),
        ),
        migrations.AddField(
            "conversation",
            "heard_through",
            models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="id of the lead's text that was heard last, wherever it stands in time",
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    )
