"""Phones send a reaction as a text that quotes ours: Liked "Reply STOP to opt out"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from engage.sms.keywords.wordings import lines, words

_OPEN: Final = '"\u201c\u201e\u201d\u201f\u00ab\u00bb\u2039\u203a\u300c\u300e\u2018\u201a'
_CLOSE: Final = '"\u201d\u201c\u201f\u00bb\u00ab\u203a\u2039\u300d\u300f\u2019\u2018'
_BEFORE_AT_MOST: Final = 70
# Shorter quotes are found in many a text by chance, unless they are the whole of it.
_TELLING: Final = 8
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u00ad\u00a0]")
_SHAPE: Final = re.compile(rf"(?P<done>[^{_OPEN}\n]{{1,{_BEFORE_AT_MOST}}})[{_OPEN}](?P<quote>.*)", re.DOTALL)
# What the phones of Apple, Google and Samsung write, by language. Anything in between, as the sign, is left open.
_VERBS: Final = lines(
    """liked; loved; disliked; laughed at; emphasized; emphasised; questioned; reacted * to; reacted with * to
    reacted to; removed a * from; removed an * from; removed * from; removed * reaction from
    le gusto; le gusta; me gusta; me gusto; le encanto; le encanta; me encanta; no le gusto; no le gusta; no me gusta
    le divirtio; le dio risa; le causo risa; le hizo gracia; se rio de; se rio con; enfatizo; destaco; resalto; recalco
    cuestiono; pregunto por; reacciono con * a; reacciono * a; reacciono a; quito * de; elimino * de; saco * de
    le puso * a; puso * a; indico que le gusta; indico que no le gusta; hizo una pregunta sobre
    puso un signo de exclamacion a
    gostou de; gostou; curtiu; amou; adorou; nao gostou de; nao gostou; nao curtiu; riu de; riu com; riu; achou graca de
    enfatizou; destacou; deu enfase a; questionou; reagiu com * a; reagiu a * com; reagiu com * para; reagiu a
    removeu * de; removeu * da mensagem
    a aime; aime; jaime; a adore; adore; jadore; na pas aime; n a pas aime; naime pas; a ri de; a ri a; rit de; a rigole
    a trouve drole; a mis en evidence; a souligne; a accentue; a insiste sur; sest interroge sur; a questionne
    a mis en doute; a reagi avec * a; a reagi par * a; a reagi * a; a reagi a; a supprime * de; a retire * de
    gefallt; gefallt mir; gefallt nicht; mag; mochte; liebt; liebte; hat * geliked; lacht uber; lachte uber
    hat gelacht uber; hat hervorgehoben; hebt hervor; hervorgehoben; betont; betonte; hinterfragt; hinterfragte
    reagierte mit * auf; reagiert mit * auf; hat mit * auf; hat mit * reagiert auf; hat * von; hat * entfernt von
    ha apprezzato; ha messo mi piace a; mi piace; piace; ha messo * a; ha adorato; adora; non ha apprezzato; ha riso per
    ha riso a; ha riso di; ha enfatizzato; ha evidenziato; ha messo in evidenza; ha messo in dubbio; ha reagito con * a
    ha reagito a; ha rimosso * da; ha tolto * da
    vond leuk; vindt leuk; vindt; vond; vond * leuk; heeft gelachen om; lachte om; benadrukte; reageerde met * op
    polubil; polubila; gillade; gillar; likte; synes godt om; понравилось; нравится; лайк"""
)
_KNOWN: Final = re.compile("|".join(re.escape(verb).replace(r"\*", r".{1,40}?") for verb in sorted(_VERBS)))
# An emoji, and at most three short words such as "to", "en reponse a".
_BY_SIGN: Final = re.compile(r"\W{1,12}(?:\s*\w{1,12}){0,3}\W*")
PICTURES: Final = words("image photo picture video attachment movie gif sticker link message location contact")
_WITHOUT_QUOTE: Final = re.compile(
    r"(?:liked|loved|disliked|laughed at|emphasized|emphasised|questioned|reacted \S{1,12} to) (?:an?|your|the) "
    rf"(?:audio |voice )?(?:{'|'.join(sorted(PICTURES))})s?\.?",
    re.IGNORECASE,
)
_EMOJI: Final = re.compile(
    "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff](?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*[\u2640\u2642\u2764"
    "\U0001f000-\U0001faff]?\ufe0f?)*"
)
_TAKEN_BACK: Final = ("removed", "quito", "elimino", "removeu", "a supprime", "a retire", "ha rimosso", "ha tolto")
_KINDS: Final = {
    "liked": "\U0001f44d",
    "loved": "\u2764\ufe0f",
    "disliked": "\U0001f44e",
    "laughed at": "\U0001f602",
    "emphasized": "\u203c\ufe0f",
    "emphasised": "\u203c\ufe0f",
    "questioned": "\u2753",
}


# Who says one of these with a text of ours in quotes speaks: "Why did you send …", "Que significa …".
_SPEECH: Final = words(
    "i im you your u ur we he she they it its is was are am the this that what whats why who how when where which did"
    " do does got get getting my me our said says say told wrote write writing sent send re about text texts"
    " message from"
    " not dont please can could stop quit end and but so if what does mean"
    " que por porque quien como cuando donde cual yo tu usted ustedes dijo dice recibi significa mensaje texto esto eso"
    " es o qual quem quando voce voces recebi mensagem isso pourquoi quoi qui comment quand je vous recu ca cest"
    " was warum wer wie ich sie das ist perche cosa chi quando"
)


@dataclass(frozen=True)
class Reaction:
    """`done`: the phone's own words before the quote. `is_known`: they are those of a phone, in a language we know."""

    done: str
    quote: str
    is_known: bool

    @property
    def sign(self) -> str:
        """The emoji of it; empty where it takes one back or uses words that stand for none."""
        done = _bare(self.done)
        if done.startswith(_TAKEN_BACK):
            return ""
        found = _EMOJI.search(self.done)
        return found[0] if found else _KINDS.get(done, "")

    def is_of(self, ours: str) -> bool:
        """Whether the quote is of this text: all of it, or what a phone left of it.

        With words that are of no phone we know, whatever the language, it has to be all or a long beginning.
        """
        if not self.quote:
            return self.is_known
        quote, text = _plain(self.quote), _plain(ours)
        if not quote or not text:
            return False
        if self.is_known:
            return text == quote or (len(quote) >= _TELLING and quote in text)
        return text == quote or (len(quote) >= 2 * _TELLING and text.startswith(quote))


def find_reaction(text: str) -> Reaction | None:
    """The reaction that a text may be; whether the quote is ours is for the thread to say."""
    if _WITHOUT_QUOTE.fullmatch(text.strip()):
        return Reaction(text.strip(), "", is_known=True)
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        return None
    done, quote = found["done"].strip(), found["quote"].rstrip(" .\u2026")
    is_closed = quote[-1:] in _CLOSE
    quote = quote.rstrip(_CLOSE + " ").strip()
    if not quote or not (is_closed or found["quote"].rstrip().endswith(("\u2026", "..."))):
        return None
    is_known = _is_known(done)
    return Reaction(done, quote, is_known) if is_known or _may_be_verb(done) else None


def _may_be_verb(done: str) -> bool:
    """Words of a language that we do not know, for what a phone does: few, and none that a person speaks with."""
    spoken = _bare(done).split()
    return len(spoken) <= 5 and not _SPEECH.intersection(spoken) and "?" not in done and not any(map(str.isdigit, done))


def _is_known(done: str) -> bool:
    if _KNOWN.fullmatch(_bare(done)):
        return True
    return bool(_EMOJI.match(_INVISIBLE.sub("", done))) and bool(_BY_SIGN.fullmatch(done))


def _bare(text: str) -> str:
    parted = unicodedata.normalize("NFD", _INVISIBLE.sub(" ", text).casefold())
    letters = "".join(sign for sign in parted if not unicodedata.combining(sign) and sign not in "'\u2019")
    return " ".join(letters.strip(" :.-\u2013").split())


def _plain(text: str) -> str:
    """As it is compared: phones change quotes and blanks, and end what they cut with dots."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub(" ", text)).casefold()
    for sign in _OPEN + _CLOSE + "'\u2019":
        folded = folded.replace(sign, "")
    return " ".join(folded.split()).rstrip(".\u2026 ")
