"""What a Lemmy source listens to, and how each version is asked for a page of it.

Version 3 pages by number, version 4 by an opaque cursor. Submissions and comments come in lists of
their own, so each is a place of its own, with its own mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from listeners.config import BrandConfig, SourceConfig
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.networks.lemmy.decode import NETWORK, TITLE
from listeners.networks.searching import search_words

PAGE = 50
"""The most records an instance gives at once."""
MOST_SEARCHES = 4
"""Searches of one source: each is asked for submissions and for comments."""

MOST_OWN = 3
"""Accounts of ours that are read besides that of the token."""

Kind = Literal["search", "community", "account", "mentions", "replies", "thread"]

_COMMUNITY = re.compile(r"(?:/?c/|!)([\w.-]{2,60})(?:@([\w.:-]{3,200}))?/?")
_TERM = re.compile(r'"([^"]+)"|(\S+)')
_ACCOUNT = re.compile(r"(?:/?u/|@)([\w.-]{2,60})(?:@([\w.:-]{3,200}))?/?")


@dataclass(frozen=True, slots=True)
class Place:
    """One list, newest first; the comments of a ``thread`` oldest first. ``comments``: those, else
    submissions. ``optional``: we thought of it ourselves, so that a refusal does not stop us."""

    kind: Kind
    word: str = ""
    comments: bool = False
    optional: bool = False

    @property
    def key(self) -> str:
        """The lasting name of the place in the cursor."""
        return f"{self.kind}:{'comments' if self.comments else 'posts'}:{self.word}"

    def question(self, api: int, after: str | None) -> tuple[str, dict[str, str | int]]:
        """Return path and parameters of a page: the newest, or the one that ``after`` names."""
        path, asked = self._of_four() if api == 4 else self._of_three()
        asked["limit"] = PAGE
        if api == 3:
            asked = {"sort": "New", "page": after or "1", **asked}
        elif after:
            asked["page_cursor"] = after
        return path, asked

    def _of_three(self) -> tuple[str, dict[str, str | int]]:
        match self.kind:
            case "search":
                kind = "Comments" if self.comments else "Posts"
                return "/search", {"q": self.word, "type_": kind, "listing_type": "All"}
            case "community":
                path = "/comment/list" if self.comments else "/post/list"
                return path, {"community_name": self.word, "type_": "All"}
            case "thread":
                return "/comment/list", {"post_id": self.word, "type_": "All", "sort": "Old"}
            case "account":
                return "/user", {"username": self.word}
            case "mentions":
                return "/user/mention", {"unread_only": "false"}
            case "replies":
                return "/user/replies", {"unread_only": "false"}

    def _of_four(self) -> tuple[str, dict[str, str | int]]:
        path = "/comment/list" if self.comments else "/post/list"
        match self.kind:
            case "search":
                return path, {"search_term": self.word, "type_": "all", "sort": "new"}
            case "community":
                return path, {"community_name": self.word, "type_": "all", "sort": "new"}
            case "thread":
                return "/comment/list", {"post_id": self.word, "type_": "all", "sort": "old"}
            case "account":
                kind = "comments" if self.comments else "posts"
                return "/person/content", {"username": self.word, "type_": kind}
            case "mentions":
                return "/account/notification/list", {"type_": "mention"}
            case "replies":
                return "/account/notification/list", {"type_": "reply"}

    def records(self, answer: Mapping[str, object]) -> list[object] | None:
        """Return the records of an answer, ``None`` where it holds no list of them."""
        names: tuple[str, ...] = ("items", "notifications", "mentions", "content")
        if self.kind not in ("mentions", "replies"):
            names = ("comments" if self.comments else "posts", "items", "content")
        elif self.kind == "replies":
            names = ("replies", *names)
        found = next((answer[name] for name in names if isinstance(answer.get(name), list)), None)
        return list(found) if isinstance(found, list) else None

    def after(self, api: int, answer: Mapping[str, object], asked: str | None) -> str | None:
        """Return what names the page below this one, ``None`` where there is none."""
        if api == 4:
            cursor = answer.get("next_page")
            return cursor if isinstance(cursor, str) and cursor else None
        number = int(asked) if asked and asked.isdigit() else 1
        return str(number + 1) if self.records(answer) else None


def places_of(
    source: SourceConfig,
    brands: Sequence[BrandConfig],
    *,
    host: str,
    username: str = "",
) -> tuple[Place, ...]:
    """Return what to read; what is ours and sent to us first, so that answers to us are known.

    ``username`` is our account on this instance, empty without a token; ``host`` the instance.

    Raises:
        SourceError: there is nothing to search for.
    """
    ours: list[Place] = []
    if username:
        ours += _both("account", username, optional=True)
        ours += [
            Place("mentions", comments=True, optional=True),
            Place("replies", comments=True, optional=True),
        ]
    handles = (handle for brand in brands for handle in brand.handles.get(NETWORK, ()))
    named = [_ACCOUNT.fullmatch(f"@{handle.strip().lstrip('@')}") for handle in handles]
    names = dict.fromkeys(_spelled(found, host) for found in named if found)
    for name in [name for name in names if name != username.casefold()][:MOST_OWN]:
        ours += _both("account", name, optional=True)
    what = source.what.strip()
    if found := _COMMUNITY.fullmatch(what):
        return (*ours, *_both("community", _spelled(found, host)))
    if found := _ACCOUNT.fullmatch(what):
        asked = _both("account", _spelled(found, host))
        keys = {place.key for place in asked}
        return (*(place for place in ours if place.key not in keys), *asked)
    if what.startswith(("c/", "/c/", "u/", "/u/", "!")):
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "A Lemmy source cannot listen to {what}. Write c/NAME@INSTANCE, u/NAME@INSTANCE "
                "or words to search for, or nothing for the brand's own words.",
                {"what": what},
            ),
        )
    return (*ours, *searches_of(source, brands))


def searches_of(source: SourceConfig, brands: Sequence[BrandConfig]) -> tuple[Place, ...]:
    """Return the searches of a source.

    Lemmy looks for a text as it stands, quotation marks included, so of several words that must
    all be there it is asked for the longest: what it finds is matched again here.

    Raises:
        SourceError: there is nothing to search for.
    """
    if what := source.what.strip():
        return tuple(_both("search", what.replace('"', "")))
    found = search_words(source, brands, TITLE)
    words = dict.fromkeys(_longest(word) for word in found)
    return tuple(
        place for word in list(words)[:MOST_SEARCHES] if word for place in _both("search", word)
    )


def _longest(words: str) -> str:
    terms = [phrase or word for phrase, word in _TERM.findall(words)]
    return max(terms, key=len, default="")


def _both(kind: Kind, word: str, *, optional: bool = False) -> list[Place]:
    return [Place(kind, word, comments, optional) for comments in (False, True)]


def _spelled(found: re.Match[str], host: str) -> str:
    """Return a name as its instance wants it: without an address where it is its own."""
    name, where = found[1].casefold(), (found[2] or "").casefold()
    return name if not where or where == host else f"{name}@{where}"
