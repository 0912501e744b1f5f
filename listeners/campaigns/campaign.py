"""A campaign: an aim, an audience, channels, days, and how its mentions are recognised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from listeners.model import DAY, Micros, Sentence
from listeners.query import parse
from listeners.text import clean_line, fold

Aim = Literal["amuse", "distract", "inform"]
AIMS: tuple[Aim, ...] = get_args(Aim)
LONGEST = 366 * DAY
"""How long a campaign may last."""
LONGEST_QUIET = 31 * DAY
"""How long surges may be kept from ringing: as long as any maintenance window."""
_NAME, _AUDIENCE, _WORD, _MOST_WORDS, _MOST_TERMS = 60, 200, 60, 30, 4000

Phase = Literal["coming", "running", "past"]


class CampaignError(Exception):
    """A campaign cannot be kept; ``sentence`` says why and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign of a brand.

    ``from_at`` is when its first day begins and ``to_at`` when its last day has ended, in UTC
    microseconds. ``channels`` are networks, empty for all. ``tags`` have no ``#``: they are
    hashtags in posts as well as tags of conversations. ``terms`` is a query in the brand query
    language, empty for none. ``maintenance_id`` is the window in which its surges do not ring.
    """

    id: int = 0
    version: int = 1
    brand: str = ""
    name: str = ""
    aim: Aim = "inform"
    audience: str = ""
    channels: tuple[str, ...] = ()
    terms: str = ""
    tags: tuple[str, ...] = ()
    from_at: Micros
    to_at: Micros
    maintenance_id: int | None = None
    author: str = ""
    attributed_to: int = 0

    @property
    def length(self) -> int:
        """How long it lasts, in microseconds."""
        return self.to_at - self.from_at

    @property
    def days(self) -> int:
        """How many days it has; the hour that a clock change adds or takes does not count."""
        return max(1, round(self.length / DAY))

    def phase(self, now: Micros) -> Phase:
        """Return whether it is to come, goes on, or is over."""
        if now < self.from_at:
            return "coming"
        return "running" if now < self.to_at else "past"

    def day(self, now: Micros) -> int:
        """Return the number of the day it is in, from 1; only of one that is running."""
        return min(self.days, (now - self.from_at) // DAY + 1)


def checked(campaign: Campaign) -> Campaign:
    """Return a campaign as it is kept: cleaned, every channel and tag once.

    Raises:
        CampaignError: it cannot be kept.
        QuerySyntaxError: its terms cannot be read.
    """
    made = replace(
        campaign,
        name=str(clean_line(campaign.name, _NAME)).strip(),
        audience=str(clean_line(campaign.audience, _AUDIENCE)).strip(),
        channels=tuple(dict.fromkeys(one.strip() for one in campaign.channels if one.strip())),
        tags=_tags(campaign.tags),
        terms=campaign.terms.strip(),
    )
    if not made.name:
        raise CampaignError(Sentence("A campaign needs a name."))
    if made.aim not in AIMS:
        raise CampaignError(
            Sentence(
                "The aim of a campaign is one of {choices}, not “{aim}”.",
                {"choices": ", ".join(AIMS), "aim": made.aim},
            )
        )
    if made.to_at <= made.from_at:
        raise CampaignError(Sentence("Its last day lies before its first one."))
    if made.length > LONGEST:
        raise CampaignError(Sentence("A campaign lasts a year at most."))
    if len(made.terms) > _MOST_TERMS:
        raise CampaignError(Sentence("Its terms are too long; tags say the same in fewer words."))
    if made.terms:
        parse(made.terms)
    return made


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for tag in tags:
        word = str(clean_line(tag, _WORD)).strip().lstrip("#＃")
        if word:
            found.setdefault(fold(word), word)
    return tuple(found.values())[:_MOST_WORDS]
