"""Consent by E.164: what was kept under another spelling of a number moves to the one that all spellings share.

Nothing is deleted. Where both spellings hold the same evidence, the one that moves gets a mark at its end.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, transaction

from engage.sms.phones import consent_number

BATCH = 500


def number_leads(apps: Any, schema_editor: Any) -> None:
    Lead = apps.get_model("engage", "Lead")
    for rows in _batches(Lead.objects.only("phone", "from_number", "number")):
        for row in rows:
            row.number = consent_number(row.phone, row.from_number)[:40]
        with transaction.atomic():
            Lead.objects.bulk_update(rows, ["number"])


def move_consents(apps: Any, schema_editor: Any) -> None:
    Consent = apps.get_model("engage", "Consent")
    consents = Consent.objects.exclude(phone__startswith="lead:").select_related("conversation__lead")
    for rows in _batches(consents):
        with transaction.atomic():
            for row in rows:
                lead = row.conversation.lead if row.conversation else None
                number = consent_number(row.phone, lead.from_number if lead else "")[:40]
                if number != row.phone:
                    _move(Consent, row, number)


def _move(Consent: Any, row: Any, number: str) -> None:
    same = Consent.objects.filter(workspace_id=row.workspace_id, phone=number, kind=row.kind, evidence=row.evidence)
    evidence = f"{row.evidence[:200]}~{row.pk}" if same.exists() else row.evidence
    Consent.objects.filter(pk=row.pk).update(phone=number, evidence=evidence)


def _batches(rows: Any) -> Any:
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield found
        last = found[-1].pk


class Migration(migrations.Migration):
    # Each batch commits by itself: a database of millions is not held for as long as all of them take.
    atomic = False

    dependencies = (("engage", "0016_readings"),)

    operations = (
        migrations.RunPython(number_leads, migrations.RunPython.noop),
        migrations.RunPython(move_consents, migrations.RunPython.noop),
    )
