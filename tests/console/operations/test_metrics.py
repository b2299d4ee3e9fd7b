"""What Prometheus reads, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from engage.models import Attempt, Delivery, Workspace
from tests.factories import make_conversation, make_reply, make_user, make_workspace

TOKEN = "a-token-for-scraping"

pytestmark = pytest.mark.django_db


def scrape(client: Client) -> dict[str, float]:
    """Name and labels, as they are written → value."""
    with override_settings(METRICS_TOKEN=TOKEN):
        response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    samples = (sample for family in text_string_to_metric_families(response.text) for sample in family.samples)
    return {
        sample.name + "".join(f" {label}={value}" for label, value in sorted(sample.labels.items())): sample.value
        for sample in samples
    }


def test_nobody_scrapes_where_no_token_is_set(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer wrong", "Bearer a-token-for-scrapin", "Basic YQ==", "Bearer schlüssel"])
def test_wrong_token_is_refused(client: Client, sent: str) -> None:
    with override_settings(METRICS_TOKEN=TOKEN):
        response = client.get("/metrics", headers={"authorization": sent})

    assert (response.status_code, response.content) == (401, b"")


def test_the_ledger_is_measured(client: Client) -> None:
    workspace, now = make_workspace(), timezone.now()
    Delivery.objects.create(workspace=workspace, body=b"{}", received_at=now - timedelta(seconds=40))
    Delivery.objects.create(workspace=workspace, body=b"{}", state="quarantined")
    for seconds in (1, 2, 9):
        Delivery.objects.create(
            workspace=workspace,
            body=b"{}",
            state="applied",
            received_at=now - timedelta(seconds=seconds + 5),
            settled_at=now - timedelta(seconds=5),
        )

    found = scrape(client)

    assert found["console_ledger_pending"] == 1
    assert 40 <= found["console_ledger_oldest_seconds"] < 60
    assert found["console_ledger_quarantined"] == 1
    assert found["console_projection_lag_seconds quantile=0.5"] == pytest.approx(2)
    assert found["console_projection_lag_seconds quantile=1.0"] == pytest.approx(9)


def test_commands_are_measured_by_what_became_of_them(client: Client) -> None:
    ada = make_user()
    reply = make_reply(conversation=make_conversation(), by=ada, state="checking")
    make_reply(conversation=make_conversation(), by=ada, state="held")
    Attempt.objects.create(command=reply, number=1, outcome="unknown")
    Attempt.objects.create(command=reply, number=2, outcome="sent", marked_at=timezone.now() - timedelta(hours=2))
    make_reply(conversation=make_conversation(), by=ada, due_at=timezone.now() - timedelta(seconds=70))

    found = scrape(client)

    assert found["console_unknown_sends"] == 1
    assert found["console_commands_open state=held"] == 1
    assert found["console_attempts_last_hour kind=reply outcome=unknown"] == 1
    assert "console_attempts_last_hour kind=reply outcome=sent" not in found
    assert 70 <= found["console_due_oldest_seconds lane=send"] < 90


def test_workspaces_and_loops_are_measured(client: Client, worker: None) -> None:
    workspace = make_workspace()
    Workspace.objects.update(unreached_since=timezone.now() - timedelta(seconds=50))
    Delivery.objects.create(workspace=workspace, body=b"{}", received_at=timezone.now() - timedelta(seconds=30))

    found = scrape(client)

    assert 50 <= found[f"console_unreached_seconds workspace={workspace.pk}"] < 70
    assert 30 <= found[f"console_webhook_age_seconds workspace={workspace.pk}"] < 50
    assert found["console_pulse_age_seconds loop=dispatcher"] < 20


def test_webhooks_are_timed_by_how_they_were_answered(client: Client) -> None:
    workspace = make_workspace()
    name = "console_webhook_seconds_count status="
    before = scrape(client)

    client.post(f"/hooks/engage/{workspace.webhook_token.reveal()}/", b"{}", content_type="application/json")
    client.post("/hooks/engage/guessed/", b"{}", content_type="application/json")

    after = scrape(client)
    assert after[f"{name}204"] - before.get(f"{name}204", 0) == 1
    assert after[f"{name}404"] - before.get(f"{name}404", 0) == 1


def test_f19_no_name_number_or_key_is_in_it(client: Client) -> None:
    workspace = make_workspace(name="Secretive Corporation")
    conversation = make_conversation(name="Maria Reyes", text="Call me")
    make_reply(conversation=conversation, by=make_user(username="ada"), text="I will", state="unconfirmed")
    client.post(f"/hooks/engage/{workspace.webhook_token.reveal()}/", b"{}", content_type="application/json")

    said = "\n".join(scrape(client))

    for private in (
        "Secretive",
        "Maria",
        conversation.lead.phone.removeprefix("+"),
        "ada",
        "I will",
        "webhook-token",
        "api-key",
    ):
        assert private not in said
