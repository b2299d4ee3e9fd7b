from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from console.audit.models import AuditEntry
from console.audit.trail import Origin, origin, record
from tests.factories import make_campaign, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def make_entry() -> AuditEntry:
    return record(by=make_user(username="sue"), action="paused campaign", subject="Spring webinar")


def test_entry_cannot_be_changed() -> None:
    entry = make_entry()

    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        AuditEntry.objects.filter(id=entry.id).update(action="did nothing")

    assert AuditEntry.objects.get(id=entry.id).action == "paused campaign"


def test_entry_cannot_be_saved_again() -> None:
    entry = make_entry()
    entry.subject = "Another campaign"

    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        entry.save()

    assert AuditEntry.objects.get(id=entry.id).subject == "Spring webinar"


def test_entry_cannot_be_deleted() -> None:
    entry = make_entry()

    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        entry.delete()

    assert AuditEntry.objects.count() == 1


def test_entry_cannot_be_changed_with_plain_sql() -> None:
    make_entry()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditentry")

    assert AuditEntry.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL empties a table at once")
def test_entries_cannot_be_truncated_away() -> None:
    make_entry()
    # Else PostgreSQL refuses because of what it still has to check.
    connection.check_constraints()

    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_auditentry")

    assert AuditEntry.objects.count() == 1


def test_entry_outlives_the_campaign_it_speaks_of() -> None:
    campaign = make_campaign()
    entry = record(by=make_user(), action="paused campaign", campaign=campaign)
    campaign_id = campaign.id

    campaign.delete()

    assert AuditEntry.objects.get(id=entry.id).campaign_id == campaign_id


def test_entry_is_gone_with_the_transaction_that_failed() -> None:
    with transaction.atomic():
        make_entry()
        transaction.set_rollback(True)

    assert not AuditEntry.objects.exists()


def test_entry_says_where_the_request_came_from() -> None:
    token = origin.set(Origin(address="192.0.2.7", request_id="0123456789abcdef"))

    entry = make_entry()
    origin.reset(token)

    assert (entry.address, entry.request_id) == ("192.0.2.7", "0123456789abcdef")
