"""Whether a message asks for a reply, and which rule says so.

The thread decides first, the text only where the thread has not: the first SUPPRESS rule (S1-S10)
that matches wins, else any ASK rule (A1-A9), else the default of the channel. The code of the rule
is stored with the verdict, and its sentence says what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from listeners.conversations.words import (
    BOOK,
    CONTRAST,
    COURTESY,
    COURTESY_FILL,
    OPENING,
    THANKS,
)
from listeners.model import HOUR, Engagement, Label, Part, Reason, Sentence
from listeners.text import fold

HISTORY = 72 * HOUR
"""Messages older than this when first seen are history, not work; in microseconds."""
LONG = 1000
"""Characters beyond which a text that is not addressed to us is an article: its title decides."""
SHORT_WORDS = 6
"""A courtesy has at most this many words."""
VIP_REACH = 10_000
"""Followers from which on a negative message asks for a reply."""

RISING = 10
"""People more between two looks from which on the engagement with a message is rising."""

_LINK = re.compile(r"https?://\S+")
_NAMES = re.compile(r"[@#][\w.@-]+")
_WORDS = re.compile(r"[\w']+")
_ORDER_NUMBER = re.compile(
    r"\b(?:order|commande|ticket|case|dossier|booking|reservation|tracking|suivi|invoice|facture"
    r"|ref|reference|rma|sav)(?: (?:number|numero|no|nr|n|id))?[.:#°º ]{0,3}(?:is |est )?"
    r"(?=[a-z-]{0,8}\d)[a-z0-9-]{4,24}\b"
)
_SENTENCE_START = re.compile(
    r"(?:^|[.!:;\n])[\s\"'«(-]*(?:(?:hi|hello|hey|bonjour|and|so|et)\b[\s,!]*)?"
)
_PERSON = re.compile(
    r"\b(?:i|i'm|i've|my|me|we|our|us|you|your|u|anyone|anybody|someone|somebody"
    r"|je|mon|ma|mes|moi|nous|notre|nos|vous|votre|vos|tu|ton|ta|tes|quelqu'un)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What is known of a message when it is judged.

    ``names`` are the brand's names, stripped before words are counted. ``age`` is how old the
    message was when first seen, in microseconds. ``addressed``: a reply to our post, a comment on
    our page, or anything the network itself sent to us. ``direct_channel``: every message of this
    source is meant for us (a mailbox, our page). ``answered_since``: we wrote after it.
    ``duplicate``: the same author said the same within three days and it is in the queue.
    ``muted``: a muted person, thread or word. ``role`` is the author's role. ``risk`` holds the
    classes of the risk rules that found something.
    """

    text: str
    title: str = ""
    lang: str | None = None
    label: Label = Label.UNSCORED
    part: Part = Part.OUTSIDE
    names: tuple[str, ...] = ()
    private: bool = False
    repost: bool = False
    automated: bool = False
    history: bool = False
    age: int = 0
    addressed: bool = False
    mentions_us: bool = False
    we_spoke: bool = False
    direct_channel: bool = False
    answered_since: bool = False
    duplicate: bool = False
    muted: bool = False
    followers: int | None = None
    engagement_rising: bool = False
    role: str = ""
    rating: int | None = None
    risk: tuple[str, ...] = ()
    vip_reach: int = VIP_REACH

    @property
    def to_us(self) -> bool:
        """Whether thread or handle say that the message is meant for us."""
        return (
            self.private
            or self.addressed
            or self.mentions_us
            or self.we_spoke
            or self.direct_channel
        )


@dataclass(frozen=True, slots=True)
class Need:
    """The verdict. ``intents`` names the word lists that were hit, for the ranking."""

    asks: bool
    reason: Reason
    intents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Read:
    """A message as the rules look at it: its facts, and its words read once."""

    facts: MessageFacts
    rest: str
    found: dict[str, str]

    @property
    def question(self) -> str:
        return self.found.get("question", "")

    @property
    def wish(self) -> str:
        return self.found.get("request", "") or self.found.get("complaint", "")


def judge(facts: MessageFacts) -> Need:
    """Return whether this message asks for a reply, with the rule that decided. Never raises."""
    read = _read(facts)
    intents = frozenset(read.found)
    for code, holds, sentence in _SUPPRESS:
        if holds(read):
            return Need(False, Reason(code, sentence(read)), intents)
    for code, holds, sentence in _ASK:
        if holds(read):
            return Need(True, Reason(code, sentence(read)), intents)
    if facts.direct_channel:
        return Need(True, Reason("D1", Sentence("every message here is meant for us")), intents)
    return Need(
        False, Reason("D2", Sentence("a mention in passing: it stays in the stream")), intents
    )


def rising(before: Engagement, after: Engagement) -> bool:
    """Whether many more people took part since: at least ten more, and at least twice as many."""
    were, are = _taking_part(before), _taking_part(after)
    return are - were >= RISING and are >= 2 * were


def _taking_part(engagement: Engagement) -> int:
    return sum(n or 0 for n in (engagement.likes, engagement.shares, engagement.replies))


def intents_of(text: str, lang: str | None = None) -> frozenset[str]:
    """Return the word lists a text hits: question, request, complaint, purchase, leaving."""
    return frozenset(_found(fold(_LINK.sub(" ", text)), "", lang))


def _read(facts: MessageFacts) -> _Read:
    article = not facts.to_us and len(facts.text) > LONG
    said = facts.title if article and facts.title else f"{facts.title}\n{facts.text[: 4 * LONG]}"
    folded = fold(said)
    plain = _LINK.sub(" ", folded)
    rest = _NAMES.sub(" ", plain)
    headline = not facts.to_us and plain != folded and not _PERSON.search(rest)
    found = _found(rest, plain, facts.lang)
    if headline and found.get("question") == "?":
        del found["question"]
    for name in facts.names:
        rest = rest.replace(fold(name), " ")
    return _Read(facts, rest, found)


def _found(rest: str, plain: str, lang: str | None) -> dict[str, str]:
    """Return the first hit of every list, as the text has it."""
    found: dict[str, str] = {}
    for hit in BOOK.find(rest):
        found.setdefault(hit.list, hit.phrase)
    if "question" not in found:
        mark = next((mark for mark in "?？؟¿" if mark in rest), "")
        if mark:
            found["question"] = mark
        elif opening := _opening(rest, lang):
            found["question"] = opening
    if "request" not in found and (number := _ORDER_NUMBER.search(plain or rest)):
        found["request"] = number.group()
    return found


def _opening(rest: str, lang: str | None) -> str:
    """Return the interrogative that begins a sentence, empty if none does."""
    openings = OPENING["fr"] if (lang or "").startswith("fr") else OPENING["en"]
    for start in _SENTENCE_START.finditer(rest):
        for word in openings:
            end = start.end() + len(word)
            if rest.startswith(word, start.end()) and not rest[end : end + 1].isalnum():
                return word
    return ""


# --- SUPPRESS ----------------------------------------------------------------------------------


def _only_emoji_or_names(read: _Read) -> bool:
    facts = read.facts
    if not facts.text.strip() or facts.title:
        return False
    said = _LINK.sub("x", facts.text)
    return not any(char.isalnum() or char in "?？؟" for char in _NAMES.sub(" ", said))


def _closing_courtesy(read: _Read) -> bool:
    if read.facts.label is Label.NEGATIVE or _risks(read) or read.facts.title:
        return False
    if read.found or _LINK.search(read.facts.text):
        return False
    words = _WORDS.findall(read.rest)
    if not 0 < len(words) <= SHORT_WORDS or _CONTRAST.intersection(words):
        return False
    if _THANKS.intersection(words):
        return True
    return bool(_COURTESY.intersection(words)) and _COURTEOUS.issuperset(words)


_CONTRAST = frozenset(CONTRAST)
_THANKS = frozenset(THANKS)
_COURTESY = frozenset(COURTESY)
_COURTEOUS = _THANKS | _COURTESY | frozenset(COURTESY_FILL)

_Rule = tuple[str, Callable[[_Read], bool], Callable[[_Read], Sentence]]


def _says(sentence: Sentence) -> Callable[[_Read], Sentence]:
    return lambda read: sentence


_SUPPRESS: tuple[_Rule, ...] = (
    ("S1", lambda read: read.facts.part is Part.OURS, _says(Sentence("we wrote it"))),
    (
        "S2",
        lambda read: read.facts.repost,
        _says(Sentence("a boost or like, without words of their own")),
    ),
    ("S3", _only_emoji_or_names, _says(Sentence("only emoji or names"))),
    ("S4", _closing_courtesy, _says(Sentence("a closing courtesy"))),
    ("S5", lambda read: read.facts.answered_since, _says(Sentence("the last word is ours"))),
    (
        "S6",
        lambda read: read.facts.duplicate,
        _says(Sentence("they said the same before; it is queued")),
    ),
    ("S7", lambda read: read.facts.muted, _says(Sentence("muted by us"))),
    (
        "S8",
        lambda read: read.facts.history or read.facts.age > HISTORY,
        _says(Sentence("older than 72 hours when first seen")),
    ),
    (
        "S9",
        lambda read: read.facts.automated and not read.facts.to_us,
        _says(Sentence("written by a program, and not to us")),
    ),
    (
        "S10",
        lambda read: read.facts.part is Part.THIRD_PARTY,
        _says(Sentence("others talking among themselves")),
    ),
)

# --- ASK ---------------------------------------------------------------------------------------


def _loud_and_negative(read: _Read) -> bool:
    facts = read.facts
    far = facts.followers is not None and facts.followers >= facts.vip_reach
    return facts.label is Label.NEGATIVE and (far or facts.engagement_rising)


def _risks(read: _Read) -> list[str]:
    """Return the risk classes; somebody's own exposed data is none."""
    return [risk for risk in read.facts.risk if risk != "exposed"]


def _quotes(sentence: Sentence, word: Callable[[_Read], str]) -> Callable[[_Read], Sentence]:
    return lambda read: replace(sentence, values={"words": word(read)})


def _to_us(read: _Read) -> Sentence:
    if read.facts.private:
        return Sentence("a private message to us")
    return Sentence("a reply to us")


def _with_us(read: _Read) -> Sentence:
    if read.facts.mentions_us:
        return Sentence("it names our handle")
    return Sentence("we are already in this conversation")


def _journey(read: _Read) -> Sentence:
    if "leaving" in read.found:
        return Sentence("wants to leave: “{words}”", {"words": read.found["leaving"]})
    return Sentence("wants to buy: “{words}”", {"words": read.found["purchase"]})


_ASK: tuple[_Rule, ...] = (
    ("A1", lambda read: read.facts.private or read.facts.addressed, _to_us),
    ("A2", lambda read: read.facts.mentions_us or read.facts.we_spoke, _with_us),
    (
        "A3",
        lambda read: bool(read.question),
        _quotes(Sentence("asks a question: “{words}”", {"words": ""}), lambda read: read.question),
    ),
    (
        "A4",
        lambda read: bool(read.wish),
        _quotes(
            Sentence("asks for help or complains: “{words}”", {"words": ""}), lambda read: read.wish
        ),
    ),
    ("A5", _loud_and_negative, _says(Sentence("negative, and many people see it"))),
    (
        "A6",
        lambda read: read.facts.role in ("journalist", "vip"),
        lambda read: Sentence("from a {role}", {"role": read.facts.role}),
    ),
    (
        "A7",
        lambda read: read.facts.rating is not None and read.facts.rating <= 2,
        lambda read: Sentence("a review of {stars} of 5", {"stars": read.facts.rating or 0}),
    ),
    (
        "A8",
        lambda read: bool(_risks(read)),
        lambda read: Sentence("a risk: {risk}", {"risk": ", ".join(_risks(read))}),
    ),
    ("A9", lambda read: "purchase" in read.found or "leaving" in read.found, _journey),
)
