"""Entries of a forum's feed as posts of the forum: which topic, which post, who answers whom.

A feed names its entries by address, and the address holds the numbers of topic and post. Posts of
one topic have one root, which need not have been seen: the topic itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from listeners.model import SECOND, Post
from listeners.networks.feeds.cursor import digest
from listeners.networks.forum.software import Software
from listeners.text import fold

NETWORK: Final = "forum"

_ANSWER: Final = re.compile(r"\s{0,9}(?:re|aw|sv|vs|ré|rép|odp|antw)\s{0,9}:\s{0,9}", re.IGNORECASE)
_FOSSIL: Final = re.compile(r"(?:Edit )?(Post|Reply|Edit): ", re.IGNORECASE)
_DOT: Final = " • "
"""What phpBB puts between the section and the subject."""
_LONGEST_PREFIX: Final = 120

_SMF: Final = re.compile(r"topic[=,](\d{1,12})(?:\.msg(\d{1,12}))?")
_XENFORO: Final = re.compile(
    r"(.*/)threads/(?:[^/]{0,300}\.)?(\d{1,12})(?:/(?:.*post-(\d{1,12}))?|$)"
)
_SHOWTHREAD: Final = re.compile(r"(\d{1,12})(?:-|$|&)")
_HASHED: Final = re.compile(r"(.*/)(?:info|forumpost)/([0-9a-f]{10,64})$")
_POST_MARK: Final = re.compile(r"(?:p|pid|post|msg)_?(\d{1,12})$")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a forum an entry is. ``board`` is host and folder; empty numbers are unknown."""

    board: str
    topic: str = ""
    post: str = ""


def spot_of(link: str) -> Spot:
    """Return the topic and post that an address of a forum names."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return Spot("")
    host = (parts.hostname or "").removeprefix("www.")
    folder, _, script = parts.path.rpartition("/")
    board = f"{host}{folder}/"
    asked = parse_qs(parts.query.replace(";", "&"), max_num_fields=50)
    marked = _POST_MARK.match(parts.fragment)
    post = _number(asked, "p", "pid") or (marked[1] if marked else "")
    if script == "viewtopic.php":
        return Spot(board, _number(asked, "t", "id"), post)
    if script == "showthread.php":
        bare = _SHOWTHREAD.match(parts.query)
        return Spot(board, _number(asked, "t", "tid") or (bare[1] if bare else ""), post)
    if found := _SMF.search(f"{parts.path}?{parts.query}"):
        base = parts.path.partition("index.php")[0]
        return Spot(f"{host}{base}", found[1], found[2] or post)
    whole = f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path
    if found := _XENFORO.match(whole):
        return Spot(f"{host}{found[1]}", found[2], found[3] or post)
    if found := _HASHED.match(parts.path):
        return Spot(f"{host}{found[1]}", "", found[2])
    return Spot(board)


def as_forum_post(post: Post, software: Software, *, ours: bool = False, topic: str = "") -> Post:
    """Return an entry of a forum's feed as a post of the forum.

    ``ours``: the forum is the brand's own, so that who opens a topic there speaks to it.
    ``topic`` is the number of the topic whose feed it stood in, where that is known.
    """
    spot = spot_of(post.url)
    number = spot.topic or topic
    subject, answers = _subject(post, software)
    root = f"{spot.board}t{number}" if number else f"{spot.board}s{digest(fold(subject))}"
    if software.latest and post.created_at is not None:
        # The entry is named by its topic, and is whatever was said there last.
        native_id = f"{root}@{post.created_at // SECOND}"
    elif spot.post:
        native_id = f"{root if number else spot.board}p{spot.post}"
    elif number:
        native_id = root
    else:
        native_id = post.native_id
        root = root if answers else ""
    return replace(
        post,
        network=NETWORK,
        native_id=native_id,
        title=subject,
        text=_words(post, software, subject),
        parent_id=root if answers else None,
        root_id=root if root and root != native_id else None,
        addressed=post.addressed or (ours and not answers),
        edited_at=None if software.latest else post.edited_at,
    )


def _subject(post: Post, software: Software) -> tuple[str, bool]:
    """Return the subject of the topic, and whether the entry answers in it."""
    subject = post.title
    if software.name == "fossil" and (kind := _FOSSIL.match(subject)):
        return subject[kind.end() :], kind[1].lower() == "reply"
    if software.name == "phpbb":
        section = next((tag for tag in post.tags if subject.startswith(f"{tag}{_DOT}")), "")
        if section:
            subject = subject[len(section) + len(_DOT) :]
        elif _DOT in subject[:_LONGEST_PREFIX]:
            subject = subject.partition(_DOT)[2]
    bare = subject
    while found := _ANSWER.match(bare):
        bare = bare[found.end() :]
    return (bare or subject), bare != subject


def _words(post: Post, software: Software, subject: str) -> str:
    """Return what was said, without what the program adds to it."""
    if post.text == post.title:
        return subject
    if software.name != "phpbb" or not post.author.name:
        return post.text
    body, _, last = post.text.rstrip().rpartition("\n")
    # "Statistics: Posted by Ann — Sun Nov 22, 2026", in the forum's own language.
    added = post.author.name in last and " — " in last and ":" in last
    return body.rstrip() if added and body.strip() else post.text


def _number(asked: dict[str, list[str]], *names: str) -> str:
    values = (asked.get(name, [""])[0] for name in names)
    return next((value for value in values if value.isascii() and value.isdigit()), "")
