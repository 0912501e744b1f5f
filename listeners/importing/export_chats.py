"""What X, Slack and Telegram give when somebody takes her data along.

X: files of JavaScript, ``window.YTD.tweets.part0 = [ … ]``. Slack: a folder a channel, a file a
day. Telegram Desktop: ``result.json`` of a chat, or of all chats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from listeners.importing.records_of import Fields, listed, mapping, text_of
from listeners.networks.slack.text import legible

X_FRONT: Final = re.compile(rb"\s*window\.YTD\.(\w{1,60})\.part(\d{1,4})\s*=\s*")
_TS = re.compile(r"\d{1,12}\.\d{6}")


def x_account(document: object) -> str:
    """Return the name of the account an archive of X is of, from its ``account.js``."""
    first = mapping(next(iter(listed(document)), None))
    return text_of(mapping(first.get("account")).get("username"))


def x_records(document: object, kind: str, account: str) -> Iterator[Fields] | None:
    """Return the posts of a part of X's archive, ``None`` for parts that hold none."""
    if kind not in ("tweets", "tweet", "community_tweet", "note_tweet"):
        return None
    return _x_posts(listed(document), account)


def slack_records(document: object, name: str) -> Iterator[Fields] | None:
    """Return the messages of a day of a channel; ``name`` is the file's path: CHANNEL/DAY.json."""
    found = [mapping(one) for one in listed(document)]
    fits = any(one.get("type") == "message" and _TS.fullmatch(text_of(one.get("ts")))
               for one in found[:20])  # fmt: skip
    return _slack_messages(found, PurePosixPath(name).parent.name or "slack") if fits else None


def telegram_records(document: object) -> Iterator[Fields] | None:
    """Return the messages of an export of Telegram Desktop."""
    found = mapping(document)
    chats = [mapping(one) for one in listed(mapping(found.get("chats")).get("list"))]
    chats = chats or [found]
    fits = all(isinstance(one.get("messages"), list) and "type" in one for one in chats)
    return _telegram_messages(chats) if fits else None


def _x_posts(records: list[object], account: str) -> Iterator[Fields]:
    for record in records:
        one = mapping(mapping(record).get("tweet") or record)
        number = text_of(one.get("id_str")) or text_of(one.get("id"))
        words = text_of(one.get("full_text")) or text_of(one.get("text"))
        if not number or not words:
            continue
        yield {
            "network": "x",
            "id": number,
            "text": words,
            "author": account or "?",
            "url": f"https://x.com/{account or 'i'}/status/{number}",
            "created_at": text_of(one.get("created_at")),
            "lang": text_of(one.get("lang")),
            "parent": text_of(one.get("in_reply_to_status_id_str")),
            "likes": text_of(one.get("favorite_count")),
            "shares": text_of(one.get("retweet_count")),
            "own": True,
        }


def _slack_messages(records: list[Mapping[str, object]], channel: str) -> Iterator[Fields]:
    for one in records:
        ts, words = text_of(one.get("ts")), text_of(one.get("text"))
        if not words or not _TS.fullmatch(ts) or one.get("subtype") not in _SAID:
            continue
        profile = mapping(one.get("user_profile"))
        key = text_of(one.get("user")) or text_of(one.get("bot_id"))
        name = text_of(profile.get("display_name")) or text_of(profile.get("real_name"))
        above = text_of(one.get("thread_ts"))
        yield {
            "network": "slack",
            "id": f"{channel}/{ts}",
            "text": legible(words, {}),
            "author": key or name or text_of(one.get("username")) or "?",
            "author_name": name or text_of(one.get("username")),
            "created_at": ts,
            "parent": f"{channel}/{above}" if above and above != ts else "",
        }


def _telegram_messages(chats: list[Mapping[str, object]]) -> Iterator[Fields]:
    for chat in chats:
        room = text_of(chat.get("id")) or text_of(chat.get("name"))
        for record in listed(chat.get("messages")):
            one = mapping(record)
            number, words = text_of(one.get("id")), _telegram_text(one.get("text"))
            if one.get("type") != "message" or not number or not words:
                continue
            above = text_of(one.get("reply_to_message_id"))
            who = text_of(one.get("from"))
            yield {
                "network": "telegram",
                "id": f"{room}/{number}",
                "text": words,
                "author": text_of(one.get("from_id")) or who or "?",
                "author_name": who,
                "created_at": text_of(one.get("date_unixtime")) or text_of(one.get("date")),
                "edited_at": text_of(one.get("edited_unixtime")),
                "parent": f"{room}/{above}" if above else "",
            }


_SAID: Final = (None, "bot_message", "me_message", "thread_broadcast", "file_share")


def _telegram_text(value: object) -> str:
    """Return a text that may come in pieces, some of them with a kind."""
    if isinstance(value, list):
        pieces = [one if isinstance(one, str) else mapping(one).get("text") for one in value]
        return "".join(piece for piece in pieces if isinstance(piece, str)).strip()
    return text_of(value)
