"""Posts of X as its API gives them, old field names and new ones.

Source: docs.x.com/x-api/fundamentals/data-dictionary and /openapi.json 2.167, which renames
``referenced_tweets``, ``edit_history_tweet_ids`` and ``note_tweet``; both are read. An edit has a
new id and names the first: a post is known by that first one. X escapes ``&``, ``<`` and ``>``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listeners.model import SECOND, Author, BadRecord, Engagement, Micros, Post
from listeners.networks.decoding import (
    UnreadableError,
    at_iso,
    bad_record,
    count,
    printable,
    web_address,
)

NETWORK = "x"
TITLE = "X"
_EPOCH_MS = 1_288_834_974_657
"""When X's ids begin: their upper bits are milliseconds since (developer documentation)."""
_ID = re.compile(r"[0-9]{1,19}")
_LANGUAGES: Mapping[str, str | None] = {"iw": "he", "in": "id", "und": None, "zxx": None,
                                        "art": None}  # fmt: skip
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_QUOTED_POST = re.compile(r"https?://(?:www\.)?(?:twitter|x)\.com/(\w{1,15})/status/([0-9]+)", re.I)

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its posts, the ids of all it was charged for, and the place of the next."""

    posts: tuple[Post, ...] = ()
    bad: tuple[BadRecord, ...] = ()
    post_ids: tuple[str, ...] = ()
    also_ids: tuple[str, ...] = ()
    """Posts that came beside those asked for."""
    user_ids: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """Ids that were asked for and cannot be had any more."""
    newest: str = ""
    next_token: str = ""
    latest: Mapping[str, str] | None = None
    """The newest version of a post that was edited since the one asked for, by that one's id."""


def read_page(answer: object) -> Page:
    """Read an answer of posts, whatever of it can be read.

    Raises:
        UnreadableError: it is no such answer at all.
    """
    if not isinstance(answer, Mapping) or answer.keys().isdisjoint(("data", "meta", "errors")):
        raise UnreadableError(TITLE, "no answer with posts")
    if not isinstance(answer.get("data", []), (list, dict)):
        raise UnreadableError(TITLE, "no list of posts")
    data = answer.get("data", [])
    records: Sequence[object] = [data] if isinstance(data, Mapping) else data
    includes = _table(answer.get("includes"))
    users = {
        str(user["id"]): user
        for user in _records(includes.get("users"))
        if isinstance(user.get("id"), str)
    }
    posts: list[Post] = []
    bad: list[BadRecord] = []
    latest: dict[str, str] = {}
    for record in records:
        try:
            posts.append(read_post(record, users))
        except UnreadableError as fault:
            bad.append(bad_record(record, fault))
            continue
        native_id, versions = str(_table(record)["id"]), _versions(_table(record))
        if versions and versions[-1] != native_id:
            latest[native_id] = versions[-1]
    meta = _table(answer.get("meta"))
    also = [*_records(includes.get("tweets")), *_records(includes.get("posts"))]
    return Page(
        posts=tuple(posts),
        bad=tuple(bad),
        post_ids=tuple(_ids(one for one in records if isinstance(one, Mapping))),
        also_ids=tuple(_ids(also)),
        user_ids=tuple(users),
        gone=tuple(_gone(answer.get("errors"))),
        # Not ``meta.newest_id``: a mark must never pass what did not come.
        newest=newest_of(*_ids(_records(data))),
        next_token=printable(meta.get("next_token")),
        latest=latest,
    )


def read_post(record: object, users: Mapping[str, Record]) -> Post:
    """Return one post.

    Raises:
        UnreadableError: it has no id or no text.
    """
    if not isinstance(record, Mapping):
        raise UnreadableError(TITLE, "the post is no object")
    native_id, text = record.get("id"), _text(record)
    if not isinstance(native_id, str) or not _ID.fullmatch(native_id):
        raise UnreadableError(TITLE, "the post has no id")
    if text is None:
        raise UnreadableError(TITLE, "the post has no text")
    versions = _versions(record)
    first = versions[0] if versions else native_id
    written = at_iso(record.get("created_at")) or None
    refers = {
        str(one.get("type")): str(one.get("id"))
        for one in _records(record.get("referenced_tweets") or record.get("referenced_posts"))
        if isinstance(one.get("id"), str)
    }
    author_id = printable(record.get("author_id"))
    entities = _entities(record)
    metrics = _table(record.get("public_metrics"))
    conversation = printable(record.get("conversation_id"))
    return Post(
        network=NETWORK,
        native_id=first,
        author=read_author(author_id, users.get(author_id, {})),
        text=text,
        url=address_of(native_id),
        created_at=time_of(first) if first != native_id else written or time_of(native_id),
        edited_at=written if first != native_id else None,
        lang=language(record.get("lang")),
        parent_id=refers.get("replied_to"),
        root_id=conversation if conversation not in ("", native_id, first) else None,
        links=tuple(dict.fromkeys(filter(None, map(_target, _records(entities.get("urls")))))),
        tags=tuple(_named(entities.get("hashtags"), "tag")),
        mentions=tuple(_named(entities.get("mentions"), "username")),
        parent_author_key=(
            printable(record.get("in_reply_to_user_id")) or None if "replied_to" in refers else None
        ),
        engagement=Engagement(
            likes=count(metrics.get("like_count")),
            shares=_sum(metrics.get("retweet_count"), metrics.get("quote_count")),
            replies=count(metrics.get("reply_count")),
        ),
        repost="retweeted" in refers,
        raw=json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"),
    )


def read_author(key: str, user: Record) -> Author:
    """Return an author, as far as the answer holds the account."""
    handle = printable(user.get("username"))
    return Author(
        key=key,
        handle=handle,
        name=printable(user.get("name")),
        url=f"https://x.com/{handle}" if handle else "",
        followers=count(_table(user.get("public_metrics")).get("followers_count")),
    )


def address_of(native_id: str) -> str:
    """Return the address of a post, which needs no handle."""
    return f"https://x.com/i/status/{native_id}"


def time_of(native_id: str) -> Micros | None:
    """Return when an id was made, ``None`` for the ids before those that tell."""
    number = int(native_id) if _ID.fullmatch(native_id) else 0
    return Micros(((number >> 22) + _EPOCH_MS) * (SECOND // 1000)) if number >> 22 else None


def id_at(at: Micros) -> str:
    """Return the smallest id of a post of this time."""
    return str(max(1, (at // (SECOND // 1000) - _EPOCH_MS) << 22))


def newest_of(*ids: str) -> str:
    """Return the newest of these ids, empty for none."""
    return max((one for one in ids if _ID.fullmatch(one)), key=int, default="")


def language(value: object) -> str | None:
    """Return the language of a post as ISO 639, ``None`` where X does not know it."""
    tag = printable(value).partition("-")[0].lower()
    if not tag or (tag.startswith("q") and len(tag) == 3):
        return None  # qam, qct, qht, qme, qst: only mentions, tags, media
    return _LANGUAGES.get(tag, tag)


def calls_upon(record: object, handles: Iterable[str]) -> bool:
    """Whether a post @mentions one of these accounts, or quotes a post of theirs.

    X lets programs answer no other posts. A quote is known by its address, which names whom.
    """
    ours = {handle.casefold() for handle in handles}
    if not isinstance(record, Mapping):
        return False
    entities = _entities(record)
    if any(name.casefold() in ours for name in _named(entities.get("mentions"), "username")):
        return True
    quoted = {
        str(one.get("id"))
        for one in _records(record.get("referenced_tweets") or record.get("referenced_posts"))
        if one.get("type") == "quoted"
    }
    for url in _records(entities.get("urls")):
        found = _QUOTED_POST.match(_target(url))
        if found and found[2] in quoted and found[1].casefold() in ours:
            return True
    return False


def plain(record: Record) -> str:
    """Return the words of a post with the addresses its author wrote in place of X's own."""
    text = _text(record) or ""
    for url in _records(_entities(record).get("urls")):
        short, target = printable(url.get("url")), _target(url)
        if short and target:
            text = text.replace(short, target)
    return text


def _text(record: Record) -> str | None:
    note = _table(record.get("note_tweet") or record.get("note_post"))
    text = note.get("text") or record.get("text")
    if not isinstance(text, str):
        return None
    for escape, sign in _ESCAPES:
        text = text.replace(escape, sign)
    return text


def _entities(record: Record) -> Record:
    note = _table(record.get("note_tweet") or record.get("note_post"))
    return {**_table(record.get("entities")), **_table(note.get("entities"))}


def _versions(record: Record) -> Sequence[str]:
    found = record.get("edit_history_tweet_ids") or record.get("edit_history_post_ids")
    known = found if isinstance(found, list) else []
    return [one for one in known if isinstance(one, str) and _ID.fullmatch(one)]


def _target(url: Record) -> str:
    return web_address(url.get("unwound_url")) or web_address(url.get("expanded_url"))


def _named(value: object, field: str) -> Iterable[str]:
    names = (printable(one.get(field)) for one in _records(value))
    return dict.fromkeys(name for name in names if name)


def _gone(errors: object) -> Iterable[str]:
    """Return the posts that X says are away, or are no longer shown to us."""
    for one in _records(errors):
        about = printable(one.get("type")).rpartition("/")[2]
        kind = one.get("resource_type")
        away = about in ("resource-not-found", "not-authorized-for-resource")
        if away and kind in ("tweet", "post") and one.get("parameter") in ("ids", "id"):
            yield printable(one.get("resource_id")) or printable(one.get("value"))


def _ids(records: Iterable[Record]) -> Sequence[str]:
    found = (one.get("id") for one in records)
    return [native_id for native_id in found if isinstance(native_id, str)]


def _sum(*values: object) -> int | None:
    known = [one for value in values if (one := count(value)) is not None]
    return sum(known) if known else None


def _table(value: object) -> Record:
    return value if isinstance(value, Mapping) else {}


def _records(value: object) -> Sequence[Record]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
