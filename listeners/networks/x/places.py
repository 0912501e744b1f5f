"""Where X was read up to: a mark a question, and the page a long reading stopped at.

X gives the newest first. So the newest id of the *first* page becomes the mark only when the last
page is stored; until then the token of the next page is kept, which does not end, and a reading
that the budget stops goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from listeners.model import DAY, HOUR, Micros
from listeners.networks.x.decode import id_at, newest_of, time_of
from listeners.networks.x.server import OLD

SEARCHED = 7 * DAY
"""How far back X searches; an older ``since_id`` is refused."""
_EDGE = HOUR


@dataclass(slots=True)
class Pending:
    """A reading under way: above ``since``, on from ``token``; ``newest`` is its mark to be."""

    since: str
    token: str = ""
    newest: str = ""


@dataclass(slots=True)
class Place:
    """How far each question was read. ``accounts`` are the ids of our handles, once looked up."""

    marks: dict[str, str] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    me: str = ""
    """The handle of the account that gave its permission."""
    naming: str = OLD
    counted_at: int = 0

    def keep(self, keys: Collection[str]) -> None:
        """Forget what is not asked any more."""
        self.marks = {key: mark for key, mark in self.marks.items() if key in keys}
        self.pending = {key: one for key, one in self.pending.items() if key in keys}

    def read_to(self, key: str, mark: str) -> None:
        """Move a mark, never back."""
        self.marks[key] = newest_of(self.marks.get(key, ""), mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One question asked again and again. ``kind`` is what a post of its answer costs as."""

    key: str
    endpoint: str
    path: str
    params: Mapping[str, str | int]
    least: int
    kind: str = "post"
    ours: bool = False
    to_us: bool = False

    @property
    def is_search(self) -> bool:
        """Whether it reaches back seven days only."""
        return self.endpoint == "search"


def own_spot(account: str, kind: str) -> Spot:
    """What our account writes: the evidence of answers."""
    return Spot(
        key=f"own:{account}",
        endpoint="own",
        path=f"/2/users/{account}/tweets",
        params={"exclude": "retweets"},
        least=5,
        kind=kind,
        ours=True,
    )


def mentions_spot(account: str, kind: str) -> Spot:
    """What mentions our account."""
    return Spot(
        key=f"mentions:{account}",
        endpoint="mentions",
        path=f"/2/users/{account}/mentions",
        params={},
        least=5,
        kind=kind,
        to_us=True,
    )


def search_spot(query: str) -> Spot:
    """What a search finds."""
    digest = hashlib.blake2b(query.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return Spot(
        key=f"search:{digest}",
        endpoint="search",
        path="/2/tweets/search/recent",
        params={"query": query},
        least=10,
    )


def begin(place: Place, spot: Spot, back: int, now: Micros) -> tuple[Pending, bool]:
    """Return the reading to go on with, and whether part of what came since is out of reach."""
    if (known := place.pending.get(spot.key)) is not None:
        return known, False
    mark = place.marks.get(spot.key, "")
    reach = Micros(now - SEARCHED + _EDGE)
    if not mark:
        return Pending(id_at(Micros(max(now - back, reach)))), False
    if spot.is_search and (time_of(mark) or 0) < reach:
        return Pending(id_at(reach)), True
    return Pending(mark), False


def read_cursor(cursor: str | None) -> Place | None:
    """Return the place a cursor names; ``None`` if it is not one of ours."""
    if cursor is None:
        return Place()
    try:
        told = json.loads(cursor)
        if told["v"] != 1:
            return None
        place = Place(
            marks={str(key): _id(mark) for key, mark in told["marks"].items()},
            pending={
                str(key): Pending(_id(one[0]), str(one[1]), str(one[2]))
                for key, one in told["pending"].items()
            },
            accounts={str(key): str(one) for key, one in told["accounts"].items()},
            me=str(told.get("me", "")),
            naming=str(told.get("naming", OLD)),
            counted_at=int(told.get("counted_at", 0)),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    return place


def write_cursor(place: Place) -> str:
    """Return the cursor that names this place."""
    return json.dumps(
        {
            "v": 1,
            "marks": place.marks,
            "pending": {
                key: [one.since, one.token, one.newest] for key, one in place.pending.items()
            },
            "accounts": place.accounts,
            "me": place.me,
            "naming": place.naming,
            "counted_at": place.counted_at,
        }
    )


def _id(value: object) -> str:
    if not isinstance(value, str) or newest_of(value) != value:
        raise ValueError(value)
    return value
