"""Conversation e-mails: files, as a campaign's notifications ask for them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

WANTED = {
    "to": ["desk@northfield.example"],
    "cc": ["Sue Lang <sue@northfield.example>"],
    "bcc": ["archive@northfield.example"],
    "from": "Texts <texts@northfield.example>",
    "replyTo": "help@northfield.example",
    "subject": "{{FirstName}} has answered {{CampaignName}}",
    "htmlBody": "<p>{{FirstName}}</p><p>{{Conversation}}</p>",
    "textBody": "{{FirstName}} of {{City}}\n{{Conversation}}\n{{ConversationUrl}}",
}


def ask_for_emails(sandbox: SandboxProcess, **change: object) -> str:
    campaign_id = str(sandbox.campaign("Spring webinar")["id"])
    notifications = {"sendConversationEmail": True, "conversationEmail": {**WANTED, **change}}
    sandbox.change_settings(campaign_id, notifications=notifications)
    return campaign_id


def written(sandbox: SandboxProcess) -> list[Path]:
    return sorted(sandbox.mail.glob("*"))


def only_email(sandbox: SandboxProcess) -> EmailMessage:
    wait_until(lambda: written(sandbox))
    [path] = written(sandbox)
    return message_from_bytes(path.read_bytes(), policy=default)  # type: ignore[arg-type,return-value]


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_started_conversation_is_written_to_whom_the_campaign_names(sandbox: SandboxProcess) -> None:
    campaign_id = ask_for_emails(sandbox)
    [lead] = sandbox.create_leads(1, campaign_id, {"FirstName": "Ann", "LastName": "Lee", "City": "Albany"})
    sandbox.say(lead["id"], "Yes <b>please</b>\nand soon")

    message = only_email(sandbox)

    assert {name: message[name] for name in ("To", "Cc", "Bcc", "From", "Reply-To", "Subject")} == {
        "To": "desk@northfield.example",
        "Cc": "Sue Lang <sue@northfield.example>",
        "Bcc": "archive@northfield.example",
        "From": "Texts <texts@northfield.example>",
        "Reply-To": "help@northfield.example",
        "Subject": "Ann has answered Spring webinar",
    }
    text, html = body(message, "plain"), body(message, "html")
    assert text.startswith("Ann of Albany\n")
    assert "Ann Lee: Yes <b>please</b>\nand soon" in text
    assert f"{sandbox.url}/engage?key={lead['key']}" in text
    assert "Yes &lt;b&gt;please&lt;/b&gt;<br>and soon" in html


def test_one_email_per_conversation(sandbox: SandboxProcess) -> None:
    ask_for_emails(sandbox)
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "Hello?")
    sandbox.say(lead["id"], "STOP")

    assert len(written(sandbox)) <= 1
    assert only_email(sandbox)["To"] == "desk@northfield.example"


def test_bare_settings_have_sensible_words(sandbox: SandboxProcess) -> None:
    campaign_id = ask_for_emails(
        sandbox, **dict.fromkeys(("from", "replyTo", "subject", "htmlBody", "textBody")), cc=[], bcc=[]
    )
    [lead] = sandbox.create_leads(1, campaign_id, {"FirstName": "Ann", "LastName": "Lee"})
    sandbox.say(lead["id"], "Yes please")

    message = only_email(sandbox)

    assert message["Subject"] == "Ann Lee has answered Spring webinar"
    assert "Ann Lee: Yes please" in body(message, "plain")
    assert message.get_body(("html",)) is None


def test_no_header_comes_in_with_a_name(sandbox: SandboxProcess) -> None:
    campaign_id = ask_for_emails(sandbox)
    [lead] = sandbox.create_leads(1, campaign_id, {"FirstName": "Ann\r\nBcc: everybody@elsewhere.example"})
    sandbox.say(lead["id"], "Hi")

    message = only_email(sandbox)

    assert message["Bcc"] == "archive@northfield.example"
    assert message["Subject"] == "Ann Bcc: everybody@elsewhere.example has answered Spring webinar"


def test_nothing_is_written_unless_it_is_asked_for(sandbox: SandboxProcess) -> None:
    campaign_id = ask_for_emails(sandbox)
    sandbox.change_settings(campaign_id, notifications={"sendConversationEmail": False, "conversationEmail": WANTED})
    [lead] = sandbox.create_leads(1, campaign_id)
    sandbox.say(lead["id"], "Hi")

    assert sandbox.lead(lead["id"])["conversation_started"] is True
    assert written(sandbox) == []


def test_reset_takes_away_its_own_files_only(sandbox: SandboxProcess) -> None:
    ask_for_emails(sandbox)
    sandbox.start_conversation()
    wait_until(lambda: written(sandbox))
    note = sandbox.mail / "note.eml"
    note.write_text("somebody else's")

    sandbox.reset()

    assert written(sandbox) == [note]
    note.unlink()


def test_conversations_of_the_first_start_have_their_emails(sandbox: SandboxProcess) -> None:
    sandbox.reset(start=12)

    solar = [lead for lead in sandbox.leads() if lead["campaign"] == "Solar quotes NY" and lead["conversation_started"]]
    assert {path.stem for path in written(sandbox)} == {lead["id"] for lead in solar}
