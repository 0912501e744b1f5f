"""Posts of Threads, as its API gives them: our own, replies, mentions, what a search found.

Source: developers.facebook.com/docs/threads (reference, keyword-search, threads-mentions).
"""

from __future__ import annotations

from listeners.model import Author, Post
from listeners.networks.decoding import UnreadableError, id_of, printable, web_address
from listeners.networks.graph.accounts import Account
from listeners.networks.graph.records import (
    at_time,
    evidence,
    field_of,
    hidden_author,
    id_in,
    named_in,
    tags_of,
    words_of,
)
from listeners.text import links_in

NETWORK = "threads"
TITLE = "Threads"
SITE = "https://www.threads.com"
FIELDS = (
    "id,text,media_type,permalink,timestamp,username,is_quote_post,has_replies,link_attachment_url"
)
REPLY_FIELDS = f"{FIELDS},is_reply,is_reply_owned_by_me,root_post,replied_to,hide_status"


def read_post(
    record: object, me: Account, *, below: Post | None = None, to_us: bool = False
) -> Post:
    """Return a post or reply. ``below`` is the post of a conversation it was read in;
    ``to_us``: it names us.

    Raises:
        UnreadableError: it is not what Threads documents.
    """
    native_id = id_of(field_of(record, "id"), TITLE)
    text = field_of(record, "text")
    if not isinstance(text, str) and not words_of(record, "media_type"):
        raise UnreadableError(TITLE, "the post has neither text nor picture")
    said = text if isinstance(text, str) else ""
    handle = printable(field_of(record, "username"))
    own = field_of(record, "is_reply_owned_by_me") is True or (handle != "" and handle == me.handle)
    if own:
        author = Author(key=me.handle or me.id, handle=me.handle, name=me.name)
    elif handle:
        author = Author(key=handle, handle=handle, url=f"{SITE}/@{handle}")
    else:
        author = hidden_author(native_id)
    root = below.native_id if below is not None else id_in(record, "root_post", "id")
    parent = id_in(record, "replied_to", "id") or root
    link = web_address(field_of(record, "link_attachment_url"))
    return Post(
        network=NETWORK,
        native_id=native_id,
        author=author,
        text=said,
        url=web_address(field_of(record, "permalink")),
        created_at=at_time(field_of(record, "timestamp")),
        parent_id=parent or None,
        root_id=root or parent or None,
        parent_author_key=(
            below.author.key if below is not None and parent == below.native_id else None
        ),
        links=tuple(dict.fromkeys((*links_in(said), *((link,) if link else ())))),
        tags=tags_of(said),
        mentions=named_in(said),
        own=own,
        addressed=(to_us or below is not None) and not own,
        repost=words_of(record, "media_type") == "REPOST_FACADE",
        raw=evidence(record),
    )
