"""Texts between a lead and the platform: what each one changes and which event it fires."""

from __future__ import annotations

from engage.sandbox import conversation_emails, registrations, stamps
from engage.sandbox.database import writing
from engage.sandbox.merging import fill_in
from engage.sandbox.models import Direction, Lead, Message


class OptedOut(Exception):
    """The lead has replied STOP: nothing may be sent."""


class NotReached(Exception):
    """No text has gone to this phone, so that there is nothing to answer."""


class UnknownDisposition(Exception):
    """The name is not, to the letter, one of the campaign's."""


def text_from_lead(*, lead_id: str, text: str, at: int | None = None, by_hand: bool = False) -> Message:
    """The lead texts; by hand, a person has taken over from the simulation. Raises Lead.DoesNotExist, NotReached."""
    with writing():
        lead = Lead.objects.select_related("campaign", "lead_list").get(id=lead_id)
        if not lead.is_reached:
            raise NotReached
        lead.is_held = lead.is_held or by_hand
        message = _write(lead, Message.Origin.LEAD, text, at)
        # The platform acts on these two words alone, whatever else may mean the same to a person.
        match text.strip().upper():
            case "STOP":
                _opt_out(lead)
            case "START":
                _opt_in(lead)
            case word:
                _converse(lead, message, word)
        lead.save()
    return message


def text_from_agent(*, lead: Lead, text: str, at: int | None = None) -> Message:
    """A reply by the API or the widget; fires no event. Call inside `writing()`. Raises OptedOut."""
    if lead.is_opted_out:
        raise OptedOut
    message = _write(lead, Message.Origin.AGENT, text, at)
    lead.is_waiting = False
    lead.save()
    return message


def choose_disposition(*, lead: Lead, name: str) -> None:
    """The final disposition, by the API or the widget. Call inside `writing()`. Raises UnknownDisposition."""
    if not lead.campaign.has_disposition(name):
        raise UnknownDisposition(name)
    lead.disposition, lead.disposition_at = name, stamps.now()
    lead.is_waiting, lead.reacts_at = False, None
    lead.save()
    _announce("Disposition", lead)


def _opt_out(lead: Lead) -> None:
    was_opted_out, lead.is_opted_out = lead.is_opted_out, True
    lead.is_waiting, lead.reacts_at = False, None
    if not was_opted_out:
        _answer_automatically(lead, "stopMessage")
    _announce("OptOut", lead)


def _opt_in(lead: Lead) -> None:
    lead.is_opted_out = False
    _answer_automatically(lead, "startMessage")
    _announce("OptIn", lead)


def _converse(lead: Lead, message: Message, word: str) -> None:
    is_first = not lead.has_started
    lead.is_waiting = not lead.is_opted_out and lead.disposition is None
    if is_first:
        lead.started_at = message.at
        _announce("ConversationStarted", lead)
        conversation_emails.write_about(lead)
    else:
        registrations.announce_about_lead("NewMessage", lead, [message])
    if word == "HELP":
        _answer_automatically(lead, "helpMessage")
    elif is_first:
        _answer_automatically(lead, "responseMessage")


def _announce(event: str, lead: Lead) -> None:
    registrations.announce_about_lead(event, lead, lead.messages.order_by("at", "id"))


def _answer_automatically(lead: Lead, template: str) -> None:
    """Right after what it answers; an empty template sends nothing, and so does the platform after STOP."""
    text = fill_in(lead.campaign.messages.get(template) or "", lead)
    if text and (template == "stopMessage" or not lead.is_opted_out):
        _write(lead, Message.Origin.AUTOMATIC, text, lead.last_message_at + 40)


def _write(lead: Lead, origin: Message.Origin, text: str, at: int | None = None) -> Message:
    # A thread reads in one order, by time and by id, so no two messages of it share a moment.
    at = max(at or stamps.now(), lead.last_message_at + 1)
    lead.last_message_at = at
    if origin != Message.Origin.AUTOMATIC:
        lead.last_text = text
    direction = Direction.INBOUND if origin == Message.Origin.LEAD else Direction.OUTBOUND
    return Message.objects.create(
        id=stamps.object_id(at), lead=lead, direction=direction, origin=origin, at=at, text=text
    )
