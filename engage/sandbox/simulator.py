"""Leads that move by themselves: they answer the broadcast, react to agents, grow impatient, and sometimes leave."""

from __future__ import annotations

import logging
import random
import threading
import time

from engage.sandbox import phrases, scripts, stamps, texting
from engage.sandbox.clock import clock
from engage.sandbox.database import writing
from engage.sandbox.invented_leads import NoRunningList, create_leads
from engage.sandbox.models import Lead, Message
from engage.sandbox.options import options

TICK_S = 0.5
REACTION_S = (3.0, 25.0)
# A demo left alone over night shall not bury its agents.
MOST_WAITING = 60
IMPATIENT_AFTER_MS = 4 * 60_000
# People answer what they have just got.
RECENT = 300
# However fast the clock runs, this machine can do only so much.
MOST_PER_MINUTE = 6000

logger = logging.getLogger(__name__)


class Pace:
    """Actions per minute of all leads together; zero: nobody moves. May be changed while running."""

    def __init__(self) -> None:
        self.per_minute = options().pace

    @property
    def per_second(self) -> float:
        """In this machine's time; the minute is the platform's."""
        return min(self.per_minute * clock.speed, MOST_PER_MINUTE) / 60


pace = Pace()


def start() -> None:
    threading.Thread(target=_run, name="simulator", daemon=True).start()


def schedule_reaction(lead: Lead) -> None:
    """The agent has written: the lead will look at their phone soon. The caller saves."""
    if pace.per_minute and not lead.is_held and not lead.is_opted_out and lead.disposition is None:
        lead.reacts_at = stamps.now() + int(random.uniform(*REACTION_S) * 1000)


def first_answer_of(lead: Lead, dice: random.Random) -> str:
    return scripts.first_answer(
        topic=lead.campaign.topic, mood=lead.mood, name=lead.data.get("FirstName", ""), dice=dice
    )


def _run() -> None:
    dice = random.Random(options().seed)
    budget = 0.0
    while True:
        time.sleep(TICK_S)
        income = pace.per_second * TICK_S
        # Little is saved up, so that a change of pace is felt at once.
        budget = min(budget + income, 2 * max(income, 1.0))
        if not income:
            continue
        try:
            budget -= _move(budget, dice)
        except Exception:
            # One odd lead, or a reset in the middle of a move, must not end the simulation.
            logger.exception("a simulated lead stumbled")


def _move(budget: float, dice: random.Random) -> int:
    """Actions taken in this tick. Whoever is in a conversation comes first, even on credit."""
    moved = 0
    for lead in Lead.objects.simulated().due(stamps.now())[:3]:
        if budget - moved > -5:
            moved += _react(lead, dice)
    while budget - moved >= 1:
        moved += 1
        luck = dice.random()
        if luck < 0.03:
            _come_back(dice)
        elif luck < 0.15 and _grow_impatient(dice):
            continue
        elif Lead.objects.awaiting_reply().count() < MOST_WAITING:
            _answer_broadcast(dice)
    return moved


def _react(lead: Lead, dice: random.Random) -> int:
    thread = list(lead.messages.order_by("at", "id"))
    agent_text = next((message.text for message in reversed(thread) if message.origin == Message.Origin.AGENT), "")
    said = {message.text for message in thread if message.is_from_lead}
    text = scripts.answer(mood=lead.mood, turns=lead.turns, agent_text=agent_text, said=said, dice=dice)
    with writing():
        Lead.objects.filter(id=lead.id).update(reacts_at=None, turns=lead.turns + 1)
        if text:
            texting.text_from_lead(lead_id=lead.id, text=text)
    return 1 if text else 0


def _grow_impatient(dice: random.Random) -> bool:
    patient_since = stamps.now() - IMPATIENT_AFTER_MS
    lead = Lead.objects.awaiting_reply().simulated().quiet_since(patient_since).order_by("?").first()
    if lead is None:
        return False
    said = {message.text for message in lead.messages.all() if message.is_from_lead}
    text = scripts.nudge(said, dice)
    if text is None or len(said & set(phrases.NUDGES)) >= 2:
        return False
    texting.text_from_lead(lead_id=lead.id, text=text)
    return True


def _come_back(dice: random.Random) -> None:
    lead = Lead.objects.opted_out().simulated().quiet_since(stamps.now() - IMPATIENT_AFTER_MS).order_by("?").first()
    if lead is not None:
        texting.text_from_lead(lead_id=lead.id, text=phrases.COMING_BACK)


def _answer_broadcast(dice: random.Random) -> None:
    """Somebody who got the broadcast, or who gets it now, answers for the first time."""
    silent = Lead.objects.silent().simulated().in_running_campaigns().order_by("-last_message_at")
    reached = list(silent.select_related("campaign")[:RECENT])
    if reached and dice.random() < 0.5:
        lead = dice.choice(reached)
    else:
        try:
            minutes_ago = dice.uniform(1, 90)
            lead = create_leads(count=1, sent_at=stamps.now() - int(minutes_ago * 60_000), dice=dice)[0]
        except NoRunningList:
            return
    text = first_answer_of(lead, dice)
    texting.text_from_lead(lead_id=lead.id, text=text)
