"""Stack Exchange's records as posts: questions, answers and comments of one site.

Wire format: api.stackexchange.com/docs (types question, answer, comment, search-excerpt), read with
the built-in filter ``withbody``. Bodies are HTML, titles and names are HTML-escaped, and every
text is under the licence the record names (CC BY-SA): author and link are kept with it.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

import msgspec

from listeners.model import Author, Engagement, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_second,
    converted,
    count,
    id_of,
    links_of_html,
    web_address,
)
from listeners.text import html_to_text

NETWORK = "stackexchange"
TITLE = "Stack Exchange"

_NATIVE = re.compile(r"([a-z0-9.-]+)/(\d+)(?:#([ac])(\d+))?")
_OWN_HOSTS = frozenset({"stackoverflow", "superuser", "serverfault", "askubuntu", "stackapps"})
_LONGEST_EVIDENCE = 20_000


@dataclass(frozen=True, slots=True)
class Stub:
    """A hit of a search: which post changed when, in seconds. A question has no ``answer``."""

    question: int
    answer: int | None
    active_at: int
    created_at: int

    def native_id(self, site: str) -> str:
        """Return the id its post has."""
        return native_id(site, self.question, answer=self.answer)


class _Stub(msgspec.Struct):
    question_id: int
    answer_id: int | None = None
    last_activity_date: object = None
    creation_date: object = None


class _Owner(msgspec.Struct):
    user_id: object = None
    display_name: object = None
    link: object = None


class _Question(msgspec.Struct):
    question_id: int
    title: str
    body: str
    owner: object = None
    creation_date: object = None
    last_edit_date: object = None
    score: object = None
    answer_count: object = None
    tags: object = None
    link: object = None
    content_license: object = None


class _Answer(msgspec.Struct):
    answer_id: int
    question_id: int
    body: str
    owner: object = None
    creation_date: object = None
    last_edit_date: object = None
    score: object = None
    content_license: object = None


class _Comment(msgspec.Struct):
    comment_id: int
    post_id: int
    body: str
    owner: object = None
    reply_to_user: object = None
    creation_date: object = None
    score: object = None
    edited: object = None
    content_license: object = None


def native_id(
    site: str, question: int, *, answer: int | None = None, comment: int | None = None
) -> str:
    """Return the id of a post: it holds the site and the question, under which it is found."""
    below = f"#a{answer}" if answer is not None else f"#c{comment}" if comment is not None else ""
    return f"{site}/{question}{below}"


def question_of(one: str) -> tuple[str, int] | None:
    """Return site and question of an id of ours, ``None`` where it is none."""
    found = _NATIVE.fullmatch(one)
    return (found[1], int(found[2])) if found else None


def read_stub(record: object) -> Stub:
    """Return the hit in a record of a search.

    Raises:
        UnreadableError: it names no question.
    """
    wire = converted(record, _Stub, TITLE)
    created = count(wire.creation_date) or 0
    active = count(wire.last_activity_date) or created
    return Stub(wire.question_id, wire.answer_id, active, created)


def read_question(record: object, site: str) -> Post:
    """Return the question in a record.

    Raises:
        UnreadableError: it has no id, title or text.
    """
    wire = converted(record, _Question, TITLE)
    tags = wire.tags if isinstance(wire.tags, list) else []
    return Post(
        network=NETWORK,
        native_id=native_id(site, wire.question_id),
        author=_author(wire.owner, site),
        text=html_to_text(wire.body),
        title=html.unescape(wire.title),
        url=web_address(wire.link) or f"https://{host_of(site)}/q/{wire.question_id}",
        created_at=at_second(wire.creation_date),
        edited_at=at_second(wire.last_edit_date),
        links=links_of_html(wire.body),
        tags=tuple(tag for tag in tags if isinstance(tag, str) and tag),
        engagement=Engagement(likes=count(wire.score), replies=count(wire.answer_count)),
        raw=_evidence(wire.body, wire.content_license),
    )


def read_answer(record: object, site: str) -> Post:
    """Return the answer in a record.

    Raises:
        UnreadableError: it has no id, question or text.
    """
    wire = converted(record, _Answer, TITLE)
    root = native_id(site, wire.question_id)
    return Post(
        network=NETWORK,
        native_id=native_id(site, wire.question_id, answer=wire.answer_id),
        author=_author(wire.owner, site),
        text=html_to_text(wire.body),
        url=f"https://{host_of(site)}/a/{wire.answer_id}",
        created_at=at_second(wire.creation_date),
        edited_at=at_second(wire.last_edit_date),
        parent_id=root,
        root_id=root,
        links=links_of_html(wire.body),
        engagement=Engagement(likes=count(wire.score)),
        raw=_evidence(wire.body, wire.content_license),
    )


def read_comment(record: object, site: str, question: int, answer: int | None) -> Post:
    """Return the comment in a record, below a question or one of its answers.

    Raises:
        UnreadableError: it has no id or text.
    """
    wire = converted(record, _Comment, TITLE)
    spoken_to = _author(wire.reply_to_user, site).key if wire.reply_to_user else None
    return Post(
        network=NETWORK,
        native_id=native_id(site, question, comment=wire.comment_id),
        author=_author(wire.owner, site),
        text=html_to_text(wire.body),
        url=f"https://{host_of(site)}/posts/comments/{wire.comment_id}",
        created_at=at_second(wire.creation_date),
        parent_id=native_id(site, question, answer=answer),
        root_id=native_id(site, question),
        links=links_of_html(wire.body),
        mentions=(spoken_to,) if spoken_to else (),
        parent_author_key=spoken_to,
        engagement=Engagement(likes=count(wire.score)),
        raw=_evidence(wire.body, wire.content_license),
    )


def number_of(record: object, name: str) -> int | None:
    """Return a number of a record, if it has it."""
    return count(record.get(name)) if isinstance(record, dict) else None


def host_of(site: str) -> str:
    """Return the host of a site by its API name; an address of a site is its own name."""
    if site in _OWN_HOSTS:
        return "stackapps.com" if site == "stackapps" else f"{site}.com"
    if site.endswith((".net", ".com", ".stackoverflow")):
        return f"{site}.com" if site.endswith(".stackoverflow") else site
    return f"{site}.stackexchange.com"


def _author(owner: object, site: str) -> Author:
    """Return who wrote it; names are nobody's own there, so the account is its number alone."""
    try:
        wire = converted(owner if owner is not None else {}, _Owner, TITLE)
        number = id_of(wire.user_id, TITLE)
    except UnreadableError:
        named = owner.get("display_name") if isinstance(owner, dict) else None
        name = html.unescape(named) if isinstance(named, str) else ""
        return Author(key=f"{site}/deleted:{name}", name=name)
    name = html.unescape(wire.display_name) if isinstance(wire.display_name, str) else ""
    return Author(key=f"{site}/{number}", name=name, url=web_address(wire.link))


def _evidence(body: str, licence: object) -> bytes:
    return json.dumps({"body": body[:_LONGEST_EVIDENCE], "license": licence}).encode()
