"""What ``/sync`` and ``/messages`` are asked and what they answer: pure, no network.

Wire format: spec.matrix.org, client-server API, "Syncing" and "Getting events for a room". Members
are loaded lazily: each answer brings the display names of those who speak in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PER_ROOM = 30
"""Events of one room in one sync; more is read page by page."""
PER_PAGE = 100

_NOTHING = {"not_types": ["*"]}
_ABOUT_ROOMS = [
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.join_rules",
    "m.room.encryption",
]
_SAID = ["m.room.message", "m.room.redaction"]
_LAZY = {"lazy_load_members": True, "include_redundant_members": True}


@dataclass(frozen=True, slots=True)
class RoomNews:
    """One joined room in an answer: events oldest first, and what is known of it.

    ``limited`` says that older events since the last answer were left out; they end at ``before``.
    """

    room_id: str
    events: tuple[object, ...]
    state: tuple[Mapping[str, object], ...]
    limited: bool
    before: str
    members: int | None


@dataclass(frozen=True, slots=True)
class News:
    """An answer to ``/sync``. ``direct`` are the rooms marked as such, ``None``: as before."""

    next_batch: str
    rooms: tuple[RoomNews, ...]
    invited: Mapping[str, tuple[str, ...]]
    left: frozenset[str]
    direct: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to ``/messages``, newest first. ``end`` is empty where nothing is before it."""

    events: tuple[object, ...]
    state: tuple[Mapping[str, object], ...]
    end: str


def look_filter() -> str:
    """Return the filter that asks about the rooms alone, not about what is said in them."""
    return _filter({**_NOTHING, "limit": 1}, {"types": _ABOUT_ROOMS, "lazy_load_members": True})


def sync_filter(rooms: tuple[str, ...]) -> str:
    """Return the filter for what is said in these rooms, all joined ones where there are none."""
    timeline: dict[str, object] = {"types": [*_SAID, *_ABOUT_ROOMS], "limit": PER_ROOM}
    return _filter(timeline, {"types": ["m.room.member", *_ABOUT_ROOMS], **_LAZY}, rooms)


def page_filter() -> str:
    """Return the filter of ``/messages``."""
    return json.dumps({"types": _SAID, **_LAZY}, separators=(",", ":"))


def own_filter(user: str) -> str:
    """Return the filter of ``/messages`` for what one user said."""
    return json.dumps({"types": ["m.room.message"], "senders": [user]}, separators=(",", ":"))


def _filter(
    timeline: Mapping[str, object], state: Mapping[str, object], rooms: tuple[str, ...] = ()
) -> str:
    about: dict[str, object] = {
        "timeline": timeline,
        "state": state,
        "ephemeral": _NOTHING,
        "account_data": _NOTHING,
    }
    if rooms:
        about["rooms"] = list(rooms)
    asked = {"presence": _NOTHING, "account_data": {"types": ["m.direct"]}, "room": about}
    return json.dumps(asked, separators=(",", ":"))


def read_news(body: Mapping[str, object]) -> News | None:
    """Return an answer to ``/sync``, ``None`` where it names no place to go on from."""
    next_batch = body.get("next_batch")
    if not isinstance(next_batch, str) or not next_batch:
        return None
    rooms = _table(body.get("rooms"))
    return News(
        next_batch=next_batch,
        rooms=tuple(
            _room(str(room_id), _table(news)) for room_id, news in _table(rooms.get("join")).items()
        ),
        invited={
            str(room_id): tuple(_aliases(_events(_table(news).get("invite_state"))))
            for room_id, news in _table(rooms.get("invite")).items()
        },
        left=frozenset(str(room_id) for room_id in _table(rooms.get("leave"))),
        direct=_direct(_table(body.get("account_data"))),
    )


def read_page(body: Mapping[str, object]) -> Page | None:
    """Return an answer to ``/messages``, ``None`` where it is not one."""
    chunk, end = body.get("chunk"), body.get("end")
    if not isinstance(chunk, list):
        return None
    state = body.get("state")
    told = [one for one in state if isinstance(one, dict)] if isinstance(state, list) else []
    return Page(tuple(chunk), tuple(told), end if isinstance(end, str) else "")


def _room(room_id: str, news: Mapping[str, object]) -> RoomNews:
    timeline = _table(news.get("timeline"))
    events = timeline.get("events")
    before = timeline.get("prev_batch")
    members = [
        count
        for name in ("m.joined_member_count", "m.invited_member_count")
        if isinstance(count := _table(news.get("summary")).get(name), int)
    ]
    return RoomNews(
        room_id=room_id,
        events=tuple(events) if isinstance(events, list) else (),
        state=tuple(_events(news.get("state"))),
        limited=timeline.get("limited") is True,
        before=before if isinstance(before, str) else "",
        members=sum(members) if members else None,
    )


def _direct(account_data: Mapping[str, object]) -> frozenset[str] | None:
    found: frozenset[str] | None = None
    for event in _events(account_data):
        if event.get("type") == "m.direct":
            lists = _table(event.get("content")).values()
            found = frozenset(
                str(room) for rooms in lists if isinstance(rooms, list) for room in rooms
            )
    return found


def _aliases(state: Iterator[Mapping[str, object]]) -> Iterator[str]:
    for event in state:
        alias = _table(event.get("content")).get("alias")
        if event.get("type") == "m.room.canonical_alias" and isinstance(alias, str):
            yield alias


def _events(holder: object) -> Iterator[Mapping[str, object]]:
    events = _table(holder).get("events")
    if isinstance(events, list):
        yield from (event for event in events if isinstance(event, dict))


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
