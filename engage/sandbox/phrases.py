"""What simulated leads write. Plain data: first answers by campaign topic, later ones by what the agent has said."""

from __future__ import annotations

import re
from collections.abc import Mapping

Phrases = tuple[str, ...]

FIRST_ANSWERS: Mapping[str, Mapping[str, Phrases]] = {
    "webinar": {
        "open": (
            "Hi! Yes I'd like to join. How do I sign up?",
            "Sure, sounds useful. Is there a link?",
            "I would love to chat with someone about this.",
            "Yes please, put me down for Thursday",
            "Sounds interesting, who is speaking?",
            "Thursday could work. How long does it take?",
        ),
        "price": (
            "Is it really free or is there a catch?",
            "What does it cost for two people?",
            "Do I have to buy something afterwards?",
        ),
        "busy": (
            "Yes but not before Thursday, can somebody call me after 5?",
            "In a meeting, is there a recording?",
            "I work Thursdays. Any other day?",
        ),
        "terse": ("Ok", "Yes", "Time?", "sure", "how"),
        "emoji": ("👍 see you there", "Yesss 🙌 can my sister come too?", "🤔 tell me more"),
        "long": (
            "Hello, thank you for the invitation. I run a small call center with eleven people and since last year "
            "about a third of our calls show up as Spam Likely on my customers' phones, although we only call people "
            "who asked us to. Is that something your webinar will talk about, and will there be time for questions "
            "at the end? I'd also like to bring my office manager if that is allowed.",
        ),
    },
    "solar": {
        "open": (
            "Yes, I'd like an estimate please",
            "We have been thinking about it. What do you need from me?",
            "Ok tell me more about the credit",
            "Hi, do you do flat roofs?",
            "Our bill was $340 last month so yes",
            "Is somebody in our area this week?",
        ),
        "price": (
            "How much for a 3 bedroom house?",
            "What's the monthly payment after the credit?",
            "Do I need to put money down?",
            "The last company wanted 31k. Can you beat that?",
        ),
        "busy": (
            "Can you call me tonight instead?",
            "At work till 6, text me then",
            "Maybe. My husband decides this stuff",
        ),
        "terse": ("yes", "How much", "Ok", "info pls", "Who is this?"),
        "emoji": ("☀️ yes please!", "Interested 😊", "😂 in this weather? ok go on"),
        "long": (
            "Good afternoon. We own a 1928 two family house with a slate roof, the south side is shaded by the "
            "neighbor's maple until about eleven in the morning. Two installers told us different things: one said "
            "the roof has to be replaced first, the other wanted to put the panels on the garage. Before I let a third "
            "person climb up there I'd like to know if the garage alone, roughly 20 by 24 feet, makes sense at all "
            "and whether the state credit counts for a detached building.",
        ),
    },
    "renewal": {
        "open": (
            "Yes please renew it",
            "Same price as last year?",
            "Can I add my daughter to the plan?",
            "I moved, do you have my new address?",
            "Sure, use the card on file",
        ),
        "price": ("What is the 2024 rate again?", "Any discount for seniors?", "AAA is cheaper, can you match it?"),
        "busy": ("Driving, text you later", "Can you remind me Monday?", "Call me after lunch pls"),
        "terse": ("Renew", "yes", "No thanks", "how much", "Who is this?"),
        "emoji": ("👍", "Yes 🚗💨", "🙏 thanks for reminding me"),
        "long": (
            "I have been a member since 1998 and this spring I waited two hours and forty minutes for a tow on I-71 "
            "in the rain. The driver was very nice but nobody told me it would take that long. I will renew, but I "
            "want to know what has changed since then, and I'd like the battery service included that your colleague "
            "promised me on the phone on April 12.",
        ),
    },
}
FIRST_ANSWERS_ANYWHERE: Mapping[str, Phrases] = {
    "wrong": (
        "Wrong number",
        "I think you have the wrong person, I'm not {name}",
        "This is not {name}'s phone anymore",
        "Who is {name}??",
    ),
    "spanish": (
        "Hola, ¿hablan español?",
        "Buenas tardes, me interesa. ¿Me puede dar más información?",
        "Sí, por favor. ¿Cuánto cuesta?",
    ),
    "helpful": ("HELP", "help"),
    "leaving": (
        "not interested",
        "How did you get my number?",
        "Stop texting me please",
        "Please take me off your list",
    ),
    "stop": ("STOP", "Stop", "stop"),
}

# What the agent's last words were about, most telling first; of some only when a question mark comes after them.
CUES: tuple[tuple[str, re.Pattern[str], bool], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE), is_asked)
    for name, pattern, is_asked in (
        ("apology", r"\b(sorry|apolog|wrong number|remove you|take you off|unsubscribe)", False),
        ("link", r"https?://|www\.|\blink\b|\.com\b", False),
        (
            "asks_time",
            r"\b(when|what time|what day|which day|best time|tomorrow|morning|afternoon|evening|call you)\b",
            True,
        ),
        ("asks_amount", r"\b(bill|kwh|usage|how much do you)\b", True),
        ("asks_size", r"\b(how (many|big|old|large)|rooms?|square)\b", True),
        ("asks_detail", r"\b(e-?mail|address|zip|your name|card|which)\b", True),
        ("price", r"\$|\bfree\b|\bprice|\bcosts?\b|\bper month|\bdiscount|%", False),
        ("goodbye", r"\b(have a (great|good|nice)|take care|bye|you're welcome|talk soon|see you)\b", False),
        ("asks", r"\?\s*$", False),
    )
)

ANSWERS: Mapping[str, Phrases] = {
    "apology": ("No worries", "It's ok", "Thank you", "Alright, thanks for fixing it"),
    "link": ("Got it, thanks", "The link opens fine", "It asks me for a password?", "Can I open that on my phone?"),
    "asks_time": (
        "Tomorrow after 4 is good",
        "Any time before noon",
        "Wednesday around 10:30?",
        "Weekday evenings work best for us",
        "I'm free now if you are",
        "Saturday morning if you work Saturdays",
    ),
    "asks_amount": ("Around $280 in summer, $150 now", "It was $212 last month", "I'd have to look, maybe 190?"),
    "asks_size": ("Two I think", "Three", "Just the one", "Not sure. Four?"),
    "asks_detail": (
        "Same as on file",
        "I'd rather not text that. Can you call?",
        "Can I send you a picture?",
        "You should have it already",
    ),
    "price": (
        "That's more than I thought",
        "Ok that's fair",
        "Is that everything or are there fees on top?",
        "Can I pay monthly?",
        "Really? My neighbor paid twice that",
    ),
    "goodbye": ("You too!", "Thanks, bye", "Thank you so much", "👋"),
    "asks": (
        "Yes",
        "Yes that works",
        "No, not really",
        "I'm not sure, what would you do?",
        "Let me ask my wife and get back to you",
        "Yes please",
        "Hmm maybe",
    ),
    "other": (
        "Ok",
        "Good to know. How long does the whole thing take?",
        "And what happens after that?",
        "Do I have to sign anything?",
        "Thanks for explaining",
        "Can you text me that in writing so I can show it to my wife?",
        "Makes sense",
        "Is this a person or a machine 😄",
        "Could somebody call me about it?",
    ),
}
ANSWERS_BY_MOOD: Mapping[str, Phrases] = {
    "spanish": (
        "Sí, está bien",
        "¿Me puede llamar alguien que hable español?",
        "Mañana por la tarde, después de las cinco",
        "Perfecto, muchas gracias",
        "¿Y eso es todo lo que tengo que pagar?",
    ),
    "wrong": ("Ok no problem", "Please remove this number then", "That's alright, happens all the time"),
    "leaving": ("STOP", "I said I'm not interested", "Fine, but no more texts after this"),
    "terse": ("ok", "k", "yes", "no", "when", "price?"),
    "emoji": ("👌", "😊 thanks", "haha ok 😂", "🙏🙏"),
}
GOODBYES: Phrases = (
    "Thanks, that's all I needed",
    "Great, thank you!",
    "Perfect 👍",
    "Ok thanks for your help",
    "Wonderful. Have a good one",
    "I'll think about it, thank you",
)
# When nobody answers for a while.
NUDGES: Phrases = (
    "Hello?",
    "Anyone there?",
    "??",
    "Did you get my text?",
    "Still waiting 🙂",
    "Also, do you work weekends?",
)
COMING_BACK = "START"
