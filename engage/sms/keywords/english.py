"""Wordings of everyday US English, as they stand once they are folded and flattened."""

from __future__ import annotations

import re
from typing import Final

from engage.sms.keywords.wordings import WRITING, anywhere, lines, words

# Each says it by itself, also among courtesies: "STOP STOP", "stop please", "no, unsubscribe".
STOP_WORDS: Final = words("stop stopall unsubscribe unsub optout revoke stop2quit stop2end")
# Everyday words: they mean it only as the whole message. "Cancel my appointment" is a question, not an opt-out.
STOP_WORDS_ALONE: Final = words("quit cancel end")
# What a script's own wording adds when it is copied back: "stop=quit", "text STOP to end".
SCRIPT_WORDS: Final = words("to 2 all reply text") | STOP_WORDS_ALONE
# The platform opts in on START alone; who writes these may think that it does so on them.
MAYBE_START_WORDS: Final = lines(
    """unstop; restart; resubscribe; subscribe; subscribe me; sign me up again; optin; opt in; opt me in
    opt me back in; start texting; start texting me; start texting me again; text me again; start again
    undo stop; unstop me; unblock; unblock me; resume; resume texts; resubscribe me"""
)
# Wherever it stands: "can you start texting me again", "put me back on the list".
MAY_START: Final = re.compile(
    r"\b(?:start|restart|resume|begin) (?:texting|messaging|sending|contacting|the texts?|texts|messages)\b"
    r"|\b(?:put|add|get|sign|opt|take|let) (?:me|us) back (?:on|in|up|to)\b"
)
# What an opted-out lead may mean by it; from anybody else it answers a question.
YES_WORDS: Final = words("yes y yeah yep si ok okay sure oui sim continue")
HELP_WORDS: Final = words("help info")
COURTESIES: Final = words(
    "please pls plz plse pleas kindly thanks thankyou thx tks ty now immediately asap already just ok okay sorry hi"
    " hello hey no nope nah sir maam im notinterested today good morning afternoon evening"
)
ONE_WORD: Final = {
    "opt out": "optout",
    "un subscribe": "unsubscribe",
    "not interested": "notinterested",
    "thank you": "thankyou",
    "thank u": "thankyou",
    "wanna": "want to",
    "right now": "now",
    "do not": "dont",
    "did not": "didnt",
}

# "Stop by at six", "the bus stop", "stop payment" and "I can't stop laughing" are about something else.
NOT_AFTER_STOP: Final = words(
    "by in over sign light lights watch go gap smoking vaping shop payment payments loss motion sign signs"
)
NOT_BEFORE_STOP: Final = words(
    "bus traffic gas quick rain more pit non one next first last full rest truck train the a my your cant"
    " cannot wont never dont didnt"
    " doesnt"
    " short didnot whistle door tram subway each every another nothing nobody"
)

# As a clause of its own; in a longer sentence they are about something else more often than not.
ASKED_AS_CLAUSE: Final = lines(
    """remove; removed; rmv; rmv me; delete; delete me; erase me; drop me; exclude me; cease; desist
    discontinue; dnc; unenroll; unenroll me; withdraw; withdraw me; deactivate; dont contact; dont text
    dont msg; dont message; do not disturb; dont disturb; go away; get lost; bug off; buzz off; back off
    piss off; beat it; kick rocks; f off; fuck off; fk off; fck off; eff off; screw off; sod off; fuck you
    fuck u; fk you; f you; fu; f u; screw you; gtfo; stfu; shut up; shut the fuck up; quit it; quit that
    knock it off; cut it out; cut it; drop it; enough already; thats enough; stops; stopped; stopping; stahp
    stop it; end it; end this; cancel this; cancel it; off list; off your list; off the list; off this list
    off me; im blocking; spam; scam; reported; reported spam; reported as spam; report spam; junk; blocked
    block; blocking; never again; no contact; no texting; no text; no texts; no sms; no msg; no msgs
    no messages; no spam; no mas; unwanted; uninterested; let me out; i want out; opt me out; i optout
    go to hell; halt; abort; terminate; block me; deactivate me; opt; no ads; no ad; no promotions; no promos
    no promo; no marketing; no offers; no solicitations; illegal; this is illegal; fraud; report junk
    blocked and reported; reported and blocked; dont send; leave chat; switch off; eat shit; fuk off
    drop dead; get a life; cancelled; canceled; no calls; no solicitation; no soliciting; dont solicit
    get off my phone; sue you; not ok to text; deregister; deregister me; unlist; unlist me; unregister
    unregister me; unfollow; unjoin; unenrol; unenrol me; disenroll; disenroll me; disenrol; disconnect
    disconnect me; unlink me; this is my final warning; final warning; stoping; withdrawn; desisting; rm me
    ceasing; unenrolled"""
)
# As the whole message alone.
ASKED_ALONE: Final = lines(
    """no more; nomore; no mor; not anymore; not any more; enough; im done; i am done; done with this
    i am out; im out; over it; im over it; i dont want this; i dont want it; i dont want these; dont want this
    dont want it; get off; i didnt sign up; i didnt sign up for this; i never signed up
    i never signed up for this; didnt sign up; never signed up; didnt sign up for this; i didnt ask for this
    i never asked for this; mute"""
)
# Bare signs that say it without a word.
ASKED_SIGNS: Final = "\U0001f6d1\u26d4\U0001f6ab\U0001f515\U0001f4f5\U0001f595"

WRONG: Final = re.compile(r"\bwrong (?:person|number|guy|lady|phone)\b")
CEASE: Final = words("stop quit cease")
BEFORE_WHAT_CEASES: Final = words("and all with the these your")
BESIDES: Final = BEFORE_WHAT_CEASES | words(
    "me us my our this that those any more anymore again ever at on to from out number phone cell stuff ok okay please"
    " pls plz now thanks already here so much damn fucking im stop"
)
REVOKED: Final = re.compile(r"(?:i )?(?:hereby )?revoke (?:\w+ ){0,3}consent")

_TEXT: Final = "(?:texts?|messages?|messaging|msgs?|txts?|sms|spam|alerts?|notifications?)"
_TEXTS: Final = f"(?:text messages?|{_TEXT})"
# Wherever it stands in the message.
LIKELY: Final = anywhere(
    [
        rf"(?:stop|quit|cease) (?:\w+ )?{WRITING}\b|(?:stop|quit) (?:getting|receiving)\b",
        r"how (?:do|can|to) (?:(?:i|we|you) )?(?:\w+ )?(?:stop|end|cancel) (?:these|this|it|that|them)\b",
        r"cease and desist\b",
        r"unsub\w*|uns(?:us)?cri\w*|unsuscri\w*|unsbscri\w*|unsucri\w*|stop ?all\b|optout\b",
        r"opt(?:ed|ing)? (?:\w+ )?out\b|op out\b|stop ?2 ?(?:quit|end)\b",
        r"(?:revok|withdr[ae]w)\w* (?:\w+ ){0,3}(?:consent|permission)\b|(?:dont|never) (?:give )?consent",
        r"(?:remove|rmv|unenroll|scratch|strike|cross|exclude) (?:me+|us)\b",
        r"(?:remove|delete|rmv) (?:her|him|them)(?: (?:from|off|please|pls|now|asap)\b|$)",
        rf"(?:stop|end) (?:(?:the|these|this|those|your|all|my|any) ){{1,2}}{_TEXTS}\b",
        rf"{_TEXTS} (?:(?:to|should|must|needs?|have|has) ){{1,2}}(?:stop|end|cease)\b",
        rf"(?:sick|tired|fed up) (?:of|with) (?:\w+ ){{0,3}}(?:{_TEXTS}|texting|you|this)\b",
        rf"(?:enough|too many|so many) (?:of )?(?:\w+ )?{_TEXTS}\b|notinterested in (?:\w+ ){{0,3}}{_TEXTS}\b",
        r"(?:text|messag)(?:e|ing)? (?:me )?(?:way )?(?:too|so) (?:much|often|many)\b|see (?:you|u) in court\b",
        r"dont (?:want|need) (?:nothing|anything) (?:else |more )?(?:from|to do with) (?:you|u|ur|your)\b",
        r"(?:dont|never|quit|stop) (?:ever )?hit(?:ting)? (?:me|us) up\b",
        rf"(?:discontinue|cease) (?:\w+ ){{0,2}}{_TEXTS}\b",
        rf"(?:stop|quit|enough|off|done|chill) (?:it )?with (?:\w+ ){{0,3}}{_TEXTS}\b",
        r"(?:remove|rmv|delete|erase|lose|forget|block|scrub|purge|wipe) (?:my|our|this) (?:\w+ )?"
        r"(?:name|number|phone|cell|info|information|contact|data)\b|(?:remove|lose|delete|rmv) (?:my|number)$",
        r"(?:remove|delete|take|get|scratch|strike|cross) (?:\w+ ){0,4}(?:off|from) (?:\w+ ){0,3}lists?\b",
        r"(?:dont|donot|do not) call (?:list|registry)\b|dnc\b|do not contact\b",
        r"take (?:me|us) of (?:your|ur|the|this|that)\b|(?:take|get) (?:me|us|(?:my|our|this) \w+) off\b"
        r"(?! (?:speaker|mute|hold|work|(?:of )?the (?:bus|train|plane|phone|call|hook|road|couch|ground)))",
        r"leave (?:\w+ ){1,4}(?:alone|aloen|alon|aolne)\b|leave me be\b",
        r"(?:dont|never) (?:ever |you |fucking )?"
        r"(?:text|txt|message|msg|contact|spam|bother (?:me|us)|reach out)\b(?! (?:and|while|n) driv)",
        rf"dont (?:ever )?send (?:me )?(?:any|these|this|those|more|another|{_TEXTS})\b",
        rf"dont (?:want|wish|need) (?:\w+ ){{0,3}}(?:{_TEXTS}|hear from)\b",
        r"dont (?:want|wish) (?:to be|being) (?:contacted|texted|messaged|bothered)\b",
        r"dont (?:want|wish|need) (?:to )?(?:be )?(?:on|in) (?:\w+ ){1,3}lists?\b",
        rf"no (?:more|further) (?:\w+ )?{_TEXTS}\b|no more of (?:this|these)\b",
        rf"(?:end|cancel) (?:(?:the|these|this|your|all|my|any) )*(?:{_TEXTS}|subscription|enrollment)\b",
        r"no (?:more )?(?:calls?|texts?) (?:or|and|no) (?:calls?|texts?)\b",
        r"(?:ill|im|i|we|will|going to|gonna) (?:\w+ )?(?:report(?:ing|ed)?|block(?:ing|ed)?) (?:you|u|this|ur|your)\b",
        r"(?:youre|ur|(?:you|u) are|(?:you|youve|u) (?:have )?been|yourself) (?:now |being )?(?:blocked|reported)\b",
        r"(?:block|report)(?:ing|ed) (?:this|your|ur|the) (?:number|sender|contact|phone)\b",
        r"report(?:ed|ing)? (?:you|u|this|it|as spam|to the f)|(?:fcc|ftc|tcpa)\b|harassing\b|is harassment\b",
        r"(?:cease|end) (?:all )?(?:communications?|contact)\b|to be removed\b|(?:will|gonna|going to) sue\b",
        r"(?:delete|erase|drop) me from\b|(?:take|get) (?:my|this|our) (?:\w+ )?(?:number|name) out\b|get rid of my\b",
        r"(?:please|pls|plz|and|so|number|person) (?:remove|delete)$",
        r"(?:be|get|being) taken off\b|take me out(?: of (?:your|the|this)\b|$)|lose my (?:digits|contact)\b",
        r"(?:cancel|end|leave|close) (?:the |this |my )?(?:chat|thread|service|conversation)\b",
        rf"(?:turn|shut|switch) off (?:(?:these|this|the|your|all) )?{_TEXTS}\b",
        rf"(?:turn|shut|switch) (?:these|this|it|them|{_TEXTS}) off\b",
        r"dont (?:want|wish) (?:to (?:get|receive|see) )?(?:these|this|any of (?:this|these))(?: any ?more|$)",
        r"dont (?:ever )?send (?:me |us )?(?:anything|stuff|shit|crap)\b|never call (?:or|and) text\b",
        r"(?:no|not|never|didnt|dont|havent|without) (?:\w+ ){0,3}(?:consent(?:ed)?|permission)\b",
        r"contact(?:ing)? (?:my|an|our) (?:lawyer|attorney)\b",
        r"fuck(?:ing)? off\b|piss off\b|get lost\b|no (?:longer|more) (?:wish|want|interested)\b",
        r"never (?:ever )?(?:text|message|contact|txt|msg) (?:me|us|this)\b",
    ]
)
# "Please don't call me, text instead" chooses a channel.
DO_NOT_CALL: Final = re.compile(
    r"\b(?:dont|never) (?:ever )?call(?= (?:me|us|here|back|again|this|just|only|please|anymore)\b|$)"
)
OTHER_CHANNEL: Final = re.compile(r"\b(?:text|email|message|txt|msg)\b")
# A clause that asks for texts all the same, here or elsewhere.
_INVITES: Final = re.compile(
    r"^(?:(?:just|only|please|but|and|you can|u can|can you|better|or|id|rather|so|then|instead|ok|yes) ){0,6}"
    r"(?:text|txt|message|msg|dm|email|write|reach|contact)\b"
    r"(?:$| (?:me|us|my|only|instead|here|this|him|her|them|to|it|at|please|is|works)\b)"
    r"|\b(?:text(?:s|ing)?|txts?|messages?|messaging|msgs?|sms|emails?|emailing) (?:\w+ )?"
    r"(?:is|are|r|works?|only|ok|okay|fine|better|best|good|preferred|instead)\b"
    r"|\b(?:prefer|want|like|love|need|do|take|answer|use|keep|rather|only) (?:\w+ ){0,2}"
    r"(?:text(?:s|ing)?|messages?|messaging|sms)\b"
    r"|\b(?:by|via|through|thru|over) (?:text|sms|message|messages|texts|email|mail)\b"
    r"|\b(?:use|try|at|on|to|is|reach|call|text|txt|message|msg|sms) (?:\w+ ){0,4}\d{3}"
    r"|\b(?:use|try|text|message) (?:my|the|his|her|another|a different|this) (?:\w+ ){0,3}(?:number|cell|phone|one)\b"
)
_NEGATED: Final = re.compile(r"\b(?:dont|not|never|no|stop|quit|cease|without|didnt|nor|isnt)\b")
# "Stop emailing and text me": what ceases is something else.
_ANOTHER_WAY: Final = re.compile(
    r"\b(?:call|phon|ring|email|mail|fax|dial|dm|writ)\w{0,3}ing (?:me |us )?(?:and|but) "
    r"(?:(?:just|only|please|rather) ){0,3}"
    r"(?:text|txt|message|msg) (?:me|us)\b"
)
# "Stop texting that number" is about another one.
ANOTHER_NUMBER: Final = re.compile(r"\b(?:that|old|other|his|her|their|work|home) (?:number|phone|cell)\b")


def invites(clause: str) -> bool:
    """Whether the clause asks for texts: "text me instead", "texting is fine", "use 202 555 0177"."""
    if _ANOTHER_WAY.search(clause):
        return True
    return bool(_INVITES.search(clause)) and not _NEGATED.search(clause)


# Of the words without which none of the expressions above can be found.
BEGINNINGS: Final = words(
    "stop sto quit ceas end canc revo cons perm unsu unsc unsb opt opte opti opto op remo rmv dele eras lose forg bloc"
    " dnc list off alon leav dont don text txt txts mess msg msgs sms spam repo fcc ftc tcpa hara fuck piss lost neve"
    " wron une unen scra stri cros cont long noti aler subs enro sue drop rid numb take clos nomo disc wann back purg"
    " wipe cour hit hitt"
)

# A friend's "stop 😂" is no revocation, or it is one: nobody can tell but by asking.
LAUGHTER: Final = "\U0001f602\U0001f923\U0001f606\U0001f605\U0001f639\U0001f61c\U0001f61d\U0001f92a"
# "Sorry, I texted stop by mistake": nobody opts out by it, and who is opted out may want to be written to.
TAKEN_BACK: Final = re.compile(
    r"\bi (?:\w+ ){0,2}(?:texted|said|sent|wrote|typed|hit|pressed|replied|put) stop "
    r"(?:\w+ )?(?:by|on) (?:mistake|accident)\b"
    r"|\b(?:accident(?:al)?ly|mistakenly) (?:texted|said|sent|wrote|typed|hit|pressed|replied|put) (?:\w+ )?stop\b"
    r"|\b(?:didnt|dont) mean (?:to )?(?:(?:text|txt|say|send|type|hit|write|reply|put) )?(?:\w+ )?stop\b"
    r"|\b(?:ignore|disregard) (?:that|the|my) (?:\w+ )?stop\b|\bstop was (?:a |an |my |by )(?:mistake|accident)\b"
)
