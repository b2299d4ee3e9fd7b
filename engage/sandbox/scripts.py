"""How simulated leads choose their words: by mood, by topic, and by what the agent has just said."""

from __future__ import annotations

import random
from collections.abc import Collection

from engage.sandbox import phrases

# Mood and how many leads of a hundred have it.
_MOODS = {
    "open": 34,
    "price": 16,
    "busy": 11,
    "terse": 10,
    "emoji": 8,
    "long": 4,
    "wrong": 5,
    "spanish": 5,
    "leaving": 3,
    "helpful": 2,
    "stop": 2,
}
MOODS = tuple(_MOODS)
MOOD_WEIGHTS = tuple(_MOODS.values())

# Answers after which a person has heard enough.
_LAST_TURN = {"wrong": 1, "leaving": 1, "stop": 0, "terse": 3, "long": 5}


def first_answer(*, topic: str, mood: str, name: str, dice: random.Random) -> str:
    """What the broadcast brings; `name` is how it addressed them."""
    of_topic = phrases.FIRST_ANSWERS.get(topic, phrases.FIRST_ANSWERS["webinar"])
    choices = of_topic.get(mood) or phrases.FIRST_ANSWERS_ANYWHERE[mood]
    return dice.choice(choices).format(name=name)


def answer(*, mood: str, turns: int, agent_text: str, said: Collection[str], dice: random.Random) -> str | None:
    """The next text after the agent's; nothing once the person has heard enough."""
    last_turn = _LAST_TURN.get(mood, 4)
    if turns > last_turn:
        return None
    if turns == last_turn and mood not in phrases.ANSWERS_BY_MOOD:
        return dice.choice(phrases.GOODBYES)
    choices = phrases.ANSWERS[cue(agent_text)]
    if mood in phrases.ANSWERS_BY_MOOD and (mood in _LAST_TURN or mood == "spanish" or dice.random() < 0.5):
        choices = phrases.ANSWERS_BY_MOOD[mood]
    fresh = [text for text in choices if text not in said]
    return dice.choice(fresh) if fresh else None


def nudge(said: Collection[str], dice: random.Random) -> str | None:
    fresh = [text for text in phrases.NUDGES if text not in said]
    return dice.choice(fresh) if fresh else None


def cue(agent_text: str) -> str:
    """What the agent's words are about."""
    for name, pattern, is_asked in phrases.CUES:
        found = pattern.search(agent_text)
        if found and (not is_asked or "?" in agent_text[found.end() :]):
            return name
    return "other"
