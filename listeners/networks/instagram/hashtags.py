"""Hashtags on Instagram: thirty in seven days, and those of the last 24 hours.

Source: developers.facebook.com/docs/instagram-platform (ig-hashtag-search, recent-media). A tag
counts for seven days from when it is first asked for, over every app of the account, so that the
account's own list of them is asked before a new one is begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listeners.clock import Clock
from listeners.model import DAY, MINUTE, Sentence
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.places import Place
from listeners.networks.graph.reading import Found, listed
from listeners.networks.graph.records import id_in, words_of
from listeners.networks.graph.server import GraphServer, Params
from listeners.networks.instagram.decode import read_media

MOST = 30
"""Tags an account may ask for in ``WINDOW``."""
WINDOW = 7 * DAY
EVERY = 30 * MINUTE
FIELDS = "id,caption,media_type,permalink,timestamp,comments_count,like_count"
_PER_PAGE = 50


def wanted_tags(what: str) -> tuple[str, ...]:
    """Return the hashtags among what a source is asked for, without ``#``, in lower case."""
    entries = (entry.strip() for entry in what.split(","))
    tags = (entry.removeprefix("#").casefold() for entry in entries if entry.startswith("#"))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def kept(ledger: dict[str, int], now: int) -> dict[str, int]:
    """Return what of a ledger still counts."""
    return {tag: at for tag, at in ledger.items() if 0 <= now - at < WINDOW}


def is_free(tag: str, counted: Iterable[str]) -> bool:
    """Whether a tag may be asked for, with those that count already."""
    taken = set(counted)
    return tag in taken or len(taken) < MOST


class Hashtags:
    """Reads the tags of one source, each every half hour."""

    def __init__(self, server: GraphServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    def is_due(self, tag: str, place: Place) -> bool:
        """Whether it is time to ask for a tag."""
        return place.is_due(f"#{tag}", EVERY, self._clock())

    async def read(self, tag: str, me: Account, place: Place) -> Found | None:
        """Return what was published lately with a tag; ``None`` where it may not be asked for.

        Raises:
            SourceError: Instagram could not be asked.
        """
        now = self._clock()
        place.ledger = kept(place.ledger, now)
        if tag not in place.ledger:
            if not is_free(tag, {*place.ledger, *await self._counted(me)}):
                return None
            place.ledger[tag] = now
        place.done[f"#{tag}"] = now
        if tag not in place.tags:
            told = await self._server.page("ig_hashtag_search", {"user_id": me.id, "q": tag})
            place.tags.put(tag, id_in(told.records[0], "id") if told.records else "")
        if not (number := place.tags[tag]):
            return Found()
        params: Params = {"user_id": me.id, "fields": FIELDS, "limit": _PER_PAGE}
        mark = place.marks.get(f"#{tag}")
        return await listed(
            self._server, f"{number}/recent_media", params, lambda one: [read_media(one)], mark
        )

    async def _counted(self, me: Account) -> Sequence[str]:
        """Return the tags the account asked for in the last seven days, by whatever program."""
        told = await self._server.page(
            f"{me.id}/recently_searched_hashtags", {"fields": "id,name", "limit": MOST}
        )
        return [words_of(record, "name").casefold() for record in told.records]


def ledger_full(tag: str) -> Sentence:
    """The week's tags are used up."""
    return Sentence(
        "Instagram lets an account ask for {most} hashtags in seven days, and they are used up: "
        "#{tag} is not heard until one of them is a week old. All else of this source is heard. "
        "Take tags out of what = to make room.",
        {"most": MOST, "tag": tag},
    )
