"""The campaigns of a fresh sandbox."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from engage.sandbox import stamps
from engage.sandbox.conversation_emails import parse as parse_notifications
from engage.sandbox.models import Campaign, CampaignStatus, LeadList
from engage.sandbox.schedule import HOUR

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
# name, success, doNotContact
SALE = ("SALE", True, False)
CALL_BACK = ("CALL BACK", False, False)
NOT_INTERESTED = ("NOT INTERESTED", False, False)
WRONG_NUMBER = ("WRONG NUMBER", False, False)
OPT_OUT = ("OPT OUT", False, True)


@dataclass(frozen=True)
class Blueprint:
    topic: str
    name: str
    status: str
    from_number: str
    sender_source_type: str
    messages: tuple[str, str, str, str, str]
    lists: dict[str, str]
    saturday: tuple[int, int] | None = None
    dispositions: tuple[tuple[str, bool, bool], ...] = (SALE, CALL_BACK, NOT_INTERESTED, WRONG_NUMBER, OPT_OUT)
    closed_on: tuple[str, ...] = ()
    carrier_limits: tuple[tuple[str, int], ...] = ()
    email: dict[str, Any] = field(default_factory=dict)

    def build(self, created_at: int) -> Campaign:
        outgoing, response, help_text, stop, start = self.messages
        return Campaign(
            id=stamps.object_id(created_at),
            name=self.name,
            topic=self.topic,
            status=self.status,
            from_number=self.from_number,
            sender_source_type=self.sender_source_type,
            sender_source_id=str(uuid.uuid4()),
            schedule=self._schedule(),
            messages={
                "outgoingMessage": outgoing,
                "responseMessage": response,
                "helpMessage": help_text,
                "stopMessage": stop,
                "startMessage": start,
            },
            dispositions=[
                {"id": str(uuid.uuid4()), "disposition": name, "success": success, "doNotContact": do_not_contact}
                for name, success, do_not_contact in self.dispositions
            ],
            carrier_daily_limits=[{"carrier": carrier, "limit": limit} for carrier, limit in self.carrier_limits],
            notifications=parse_notifications(
                {"sendConversationEmail": bool(self.email), "conversationEmail": self.email}
            ),
            events=[
                {"timestamp": stamps.iso(at), "type": "INFO", "message": what} for at, what in self._life(created_at)
            ],
            created_at=created_at,
            updated_at=self._life(created_at)[-1][0],
        )

    def _life(self, created_at: int) -> list[tuple[int, str]]:
        """How it came to its status."""
        steps = {
            CampaignStatus.DRAFT: "Initialized",
            CampaignStatus.PENDING_APPROVAL: "Messages updated, approval requested",
            CampaignStatus.READY: "Approved",
            CampaignStatus.ACTIVE: "Activated",
        }
        so_far = list(steps)[: list(steps).index(CampaignStatus(self.status)) + 1]
        return [(created_at + number * 7 * HOUR, steps[status]) for number, status in enumerate(so_far)]

    def build_lists(self, campaign: Campaign) -> list[LeadList]:
        return [
            LeadList(
                id=stamps.object_id(campaign.created_at),
                campaign=campaign,
                name=name,
                status=status,
                created_at=campaign.created_at,
                updated_at=campaign.created_at,
            )
            for name, status in self.lists.items()
        ]

    def _schedule(self) -> dict[str, Any]:
        """Minutes past midnight where the lead lives."""
        saturday = [{"start": self.saturday[0], "end": self.saturday[1]}] if self.saturday else []
        return {
            **{day: [{"start": 480, "end": 1260}] for day in WORKDAYS},
            "saturday": saturday,
            "sunday": [],
            "exceptions": [{"date": day, "windows": []} for day in self.closed_on],
        }


CAMPAIGNS = (
    Blueprint(
        topic="webinar",
        name="Spring webinar",
        status=CampaignStatus.ACTIVE,
        from_number="+17165550190",
        sender_source_type="LONG_CODE",
        messages=(
            "Hi {{FirstName}}, this is Northfield Learning. Would you like to join our free webinar on trust and "
            "compliance in calling this Thursday at 2 PM? Reply STOP to opt out.",
            "",
            "Northfield Learning: reply to this text and a person will answer, or write to help@northfield.example.",
            "No problem, you have been opted out. If you wish to receive messages again, just reply START.",
            "Awesome. Welcome back!",
        ),
        lists={"March sign-ups": "ACTIVE", "Partners & friends": "ACTIVE", "Conference 2025 badge scans": "READY"},
        saturday=(600, 1020),
        closed_on=("2026-11-26", "2026-12-25", "2027-01-01"),
        carrier_limits=(("T-Mobile", 2000), ("Verizon Wireless", 6000)),
    ),
    Blueprint(
        topic="solar",
        name="Solar quotes NY",
        status=CampaignStatus.ACTIVE,
        from_number="+15185550126",
        sender_source_type="TOLL_FREE",
        messages=(
            "Hello {{FirstName}}, Brightroof Solar here. Homes in {{City}} qualify for a state credit this year. "
            "May we send you a free estimate? Txt STOP to end.",
            "Thanks for your answer! A Brightroof advisor will text you in a few minutes.",
            "Brightroof Solar, 8 AM to 9 PM. Call (518) 555-0126 or keep texting here.",
            "You will get no more texts from Brightroof Solar. Reply START to come back.",
            "You are back on the list. How can we help?",
        ),
        lists={"Homeowners upstate": "ACTIVE", "Web form 100% verified": "ACTIVE", "Referrals / neighbors": "READY"},
        saturday=(540, 1080),
        email={
            "to": ["advisors@brightroof.example"],
            "from": "Brightroof texts <texts@brightroof.example>",
            "subject": "{{FirstName}} {{LastName}} in {{City}} has answered",
            "textBody": "{{Conversation}}\n\nAnswer here: {{ConversationUrl}}\n",
        },
    ),
    Blueprint(
        topic="renewal",
        name="Renewals May",
        status=CampaignStatus.READY,
        from_number="+16145550175",
        sender_source_type="SHORT_CODE",
        messages=(
            "Hi {{FirstName}}, your Harbor Auto Club membership ends on May 31. Renew this week and keep your "
            "2024 rate. Shall I renew it for you? STOP to opt out",
            "",
            "Harbor Auto Club members' desk: (614) 555-0175, Monday to Friday.",
            "Done, you are opted out. START brings you back.",
            "Welcome back to Harbor Auto Club.",
        ),
        lists={"Expiring May": "ACTIVE", "Expiring May, no email": "READY"},
        dispositions=(("RENEWED", True, False), CALL_BACK, NOT_INTERESTED, WRONG_NUMBER, OPT_OUT),
    ),
    Blueprint(
        topic="clearance",
        name="Autumn clearance",
        status=CampaignStatus.PENDING_APPROVAL,
        from_number="+13125550148",
        sender_source_type="LONG_CODE",
        messages=(
            "{{FirstName}}, our autumn clearance starts Friday: up to 40% off garden furniture in {{City}}. "
            "Want the early list?",
            "Great! The list comes in a moment.",
            "Greenleaf Home & Garden, reply here or call (312) 555-0148.",
            "You are unsubscribed from Greenleaf texts.",
            "Good to have you back!",
        ),
        lists={"Loyalty card holders": "READY"},
        saturday=(600, 960),
    ),
)
