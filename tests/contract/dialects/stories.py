"""What a workspace lives through in any dialect, and what it must know in the end. Every finding is a gap in words."""

from __future__ import annotations

import time
from typing import Any

from engage.mirror.account import compare
from engage.models import Campaign, Conversation, LeadList
from tests.contract.dialects.ring import Ring, moment

SERVED, SECOND = "Spring webinar", "Solar quotes NY"
ASKS = ("Hi there", "How much is it?")


def converse(ring: Ring) -> set[str]:
    """One lead asks, one says STOP, one STOP and START, one is not to be contacted by an agent's word.

    Whoever says STOP is a lead of another campaign as well.
    """
    ring.read_campaigns()
    asking, stopping, returning, disposed, elsewhere = _create_leads(ring)
    _text(ring, asking, *ASKS)
    ring.hear(2)
    _text(ring, elsewhere, "Hello?")
    # Before anybody says STOP, so that every run hears of the two in one order.
    ring.hear(3)
    _text(ring, stopping, "Who is this", "STOP")
    _text(ring, returning, "Yes?", "STOP")
    _text(ring, disposed, "Hm")
    ring.choose_disposition(disposed, "OPT OUT")
    is_told = "stop-only-in-status" not in ring.sandbox.spoken()
    ring.hear(9 if is_told else 7)
    # Nobody takes back a STOP within the same moment; the platform's own answers are dated a little ahead.
    time.sleep(0.2)
    _text(ring, returning, "START")
    ring.hear(10 if is_told else 7)
    if is_told:
        _expect_lock(ring, "STOP as it is told", stopping)
    time.sleep(0.2)
    ring.read_conversations()
    _expect_thread(ring, asking)
    _expect_lock(ring, "STOP after a GET", stopping)
    _expect_lock(ring, "STOP in another campaign", elsewhere)
    _expect_lock(ring, "a do-not-contact disposition", disposed)
    returned = ring.conversation_with(returning)
    ring.expect("START", returned is not None and not returned.is_opted_out)
    ring.compare()
    _reply(ring, asking)
    return ring.findings


def _create_leads(ring: Ring) -> list[dict[str, Any]]:
    """Of campaigns that an account may not serve by its campaigns API, and of others; the last is the second again."""
    places = ((SECOND, 0), (SERVED, 1), (SECOND, 2), (SERVED, 3), (SECOND, 1))
    return [
        ring.sandbox.create_leads(1, ring.sandbox.campaign(name)["id"], {"Phone": f"518555014{number}"})[0]
        for name, number in places
    ]


def _text(ring: Ring, lead: dict[str, Any], *texts: str) -> None:
    for text in texts:
        ring.sandbox.say(lead["id"], text)


def _expect_thread(ring: Ring, lead: dict[str, Any]) -> None:
    conversation = ring.conversation_with(lead)
    ring.expect("the lead", conversation is not None)
    if conversation is None:
        return
    ring.expect("the campaign of the lead", conversation.campaign.name == lead["campaign"])
    ring.expect("the key", conversation.is_confirmed and conversation.denied_at is None)
    thread, said = list(conversation.messages.in_order()), ring.sandbox.messages(lead["id"])
    ring.expect("the texts", [row.text for row in thread] == [text["message"] for text in said])
    ring.expect("who wrote", [row.is_inbound for row in thread] == [text["direction"] == "INBOUND" for text in said])
    late = [row for row, text in zip(thread, said, strict=False) if _is_off(row.sent_at, text["timestamp"])]
    ring.expect("the times of texts", not late)


def _is_off(at: Any, stamp: str) -> bool:
    return bool(abs((at - moment(stamp)).total_seconds()) > 1)


def _expect_lock(ring: Ring, what: str, lead: dict[str, Any]) -> None:
    conversation = ring.conversation_with(lead)
    ring.expect(what, conversation is not None and conversation.is_opted_out)


def _reply(ring: Ring, lead: dict[str, Any]) -> None:
    conversation = ring.conversation_with(lead)
    if conversation is None:
        return
    ring.attempt("the answer to a reply", lambda: _send(ring, conversation, "You are welcome"))
    ring.expect("a reply", "You are welcome" in [text["message"] for text in ring.sandbox.messages(lead["id"])])


def _send(ring: Ring, conversation: Conversation, text: str) -> None:
    ring.client.send_message(conversation.key, text)


def run_campaigns(ring: Ring) -> set[str]:
    """Everything a desk sees of campaigns and lists, and does with them."""
    served = [campaign for campaign in ring.sandbox.campaigns() if ring.serves(campaign)]
    ring.read_campaigns()
    for campaign in served:
        _expect_campaign(ring, campaign)
    ring.compare()
    active = next((campaign for campaign in served if campaign["campaignStatus"] == "ACTIVE"), None)
    row = Campaign.objects.filter(name=active["name"]).first() if active else None
    if active is not None and row is not None:
        _switch(ring, active, row)
    return ring.findings


def _expect_campaign(ring: Ring, said: dict[str, Any]) -> None:
    row = Campaign.objects.filter(name=said["name"]).first()
    ring.expect("every campaign", row is not None)
    if row is None:
        return
    texts = {name: row.messages.get(name) for name in said["messages"]}
    ring.expect("texts of a campaign", texts == {name: text or "" for name, text in said["messages"].items()})
    entries = [entry for entry in row.document.get("dispositions") or [] if isinstance(entry, dict)]
    names = [entry.get("disposition") for entry in entries]
    ring.expect("dispositions", names == [entry["disposition"] for entry in said["dispositions"]])
    ring.expect("the schedule", _windows(row.schedule.get("monday")) == _windows(said["schedule"]["monday"]))


def _windows(day: Any) -> list[tuple[Any, Any]]:
    return [(window.get("start"), window.get("end")) for window in day or [] if isinstance(window, dict)]


def _switch(ring: Ring, campaign: dict[str, Any], row: Campaign) -> None:
    """Pauses, as commands do them; then what events tell of them, without a GET."""
    client, sandbox, before = ring.client, ring.sandbox, row.status
    lists = [entry for entry in sandbox.lists() if entry["messagingCampaignId"] == campaign["id"]]
    name = next(entry["name"] for entry in lists if entry["status"] == "ACTIVE")
    [lead] = sandbox.create_leads(1, campaign["id"], list_name=name)
    sandbox.say(lead["id"], "Hello")
    ring.attempt("the answer to a list's pause", lambda: client.pause_list(row.remote_id, name))
    ring.expect("a list's pause", {entry["name"]: entry["status"] for entry in sandbox.lists()}[name] == "READY")
    ring.attempt("the answer to a campaign's pause", lambda: client.pause_campaign(row.remote_id))
    ring.expect("a campaign's pause", sandbox.campaign(campaign["name"])["campaignStatus"] == "READY")
    ring.hear(2 if "lists-untold" in sandbox.spoken() else 3)
    row.refresh_from_db()
    ring.expect("a campaign's event", row.status != before)
    ring.expect("a list", LeadList.objects.filter(campaign=row).exists())


def survive_refusals(ring: Ring, refusing: str) -> set[str]:
    """A workspace that is deployed refuses everybody for a while: that says nothing about a conversation it knew."""
    [lead] = ring.sandbox.create_leads(1)
    _text(ring, lead, "Hi there")
    ring.hear(1)
    ring.read_conversations()
    ring.sandbox.set_dialect(refusing, refuse_for_s=300)
    ring.read_conversations()
    assert "GET of a conversation" in ring.findings, "nothing was refused"
    refused = ring.conversation_with(lead)
    ring.sandbox.set_dialect()
    ring.findings.clear()
    ring.expect("a refusal while it is deployed", refused is not None and refused.denied_at is None)
    ring.read_conversations()
    return ring.findings


def meet_another_account(ring: Ring) -> set[str]:
    """Engage names another organization or workspace than the configured one: somebody has to be told."""
    ring.read_campaigns()
    [lead] = ring.sandbox.create_leads(1)
    _text(ring, lead, "Hi there")
    ring.hear(1)
    ring.read_conversations()
    ring.findings.clear()
    words = " ".join(finding.words for finding in compare(ring.workspace))
    ring.expect("another account", "Its campaigns belong" in words and "Leads in its webhooks belong" in words)
    return ring.findings
