"""Opt-outs from before Engage was told of any: those that it does not know by itself are told like newer ones.

One every two seconds and a newer one whenever it comes, so that nobody's account is flooded on the day of an update.
What has been lifted, or is known at Engage by now, is found out by who takes it up, at that moment.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import migrations, transaction
from django.db.models import Q
from django.utils import timezone

BATCH = 500
APART = timedelta(seconds=2)
OF_TEXTS = "message:"
BY_DESK = "desk:"


def plan_telling(apps: Any, schema_editor: Any) -> None:
    Consent = apps.get_model("engage", "Consent")
    ours = Q(evidence__startswith=OF_TEXTS) | Q(evidence__startswith=BY_DESK)
    untold = Consent.objects.filter(ours, kind="opted_out", lifted_by=None, tell_from=None, telling=None)
    untold = untold.exclude(conversation=None).only("evidence", "conversation_id")
    last, due_at = 0, timezone.now()
    while rows := list(untold.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        known = _find_bare_stops(apps, rows)
        with transaction.atomic():
            for row in rows:
                if row.pk not in known:
                    due_at += APART
                    _plan(Consent, row, due_at)


def _plan(Consent: Any, row: Any, due_at: datetime) -> None:
    Consent.objects.filter(pk=row.pk, tell_from=None).update(tell_from=due_at)


def _find_bare_stops(apps: Any, rows: list[Any]) -> set[int]:
    """Those whose text is the one word that Engage acts upon itself."""
    texts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    stops = apps.get_model("engage", "Message").objects.filter(
        conversation_id__in={row.conversation_id for row in rows}, is_inbound=True, signal="stop"
    )
    for conversation_id, remote_id, text in stops.values_list("conversation_id", "remote_id", "text"):
        texts[conversation_id].append((f"{OF_TEXTS}{remote_id}:", text))
    return {
        row.pk
        for row in rows
        if any(
            row.evidence.startswith(begin) and text.strip().casefold() == "stop"
            for begin, text in texts[row.conversation_id]
        )
    }


class Migration(migrations.Migration):
    # Each batch commits by itself: a database of millions is not held for as long as all of them take.
    atomic = False

    dependencies = (("engage", "0022_parts_of_a_lead"),)

    operations = (migrations.RunPython(plan_telling, migrations.RunPython.noop),)
