"""Every recorded Matrix payload: read into what it means, or refused for a stated reason.

Recordings (matrix-nio's homeserver answers and events, the specification's own examples) are found
through ``HUBBUB_RECORDED``; they are not part of hubbub.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import utc_now
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import SourceState
from listeners.networks.contract import SourceError
from listeners.networks.matrix.event import (
    Message,
    Other,
    Redacted,
    Redaction,
    UnreadableError,
    read_event,
)
from listeners.networks.matrix.listener import MatrixListener
from listeners.networks.matrix.sync import read_news, read_page
from listeners.secret import Secret
from tests.fake.http_server import FakeServer, body_reply, raw_bytes

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded")) / "matrix"
FILES = sorted(RECORDED.glob("*.*"))

pytestmark = pytest.mark.skipif(
    not FILES, reason="no recorded Matrix payloads: set HUBBUB_RECORDED to their folder"
)

# The specification's examples refer to this one for what all events of a room have in common.
CORE = {
    "event_id": "$143273582443PhrSn:example.org",
    "origin_server_ts": 1432735824653,
    "room_id": "!jEsUZKDJdhlrceRyVU:example.org",
    "sender": "@example:example.org",
}
NO_EVENTS = {
    "get_displayname_response.json": "a name",
    "get_profile_response.json": "a profile",
    "login_info.json": "how to log in",
    "logout_response.json": "nothing",
    "register_response.json": "an account",
    "upload_response.json": "an uploaded file",
    "delete_devices.json": "devices",
    "limit_exceeded_error.json": "a refusal; see below",
    "http_502.txt": "a proxy's refusal; see below",
    "message_pagination.yaml": "how to ask",
    "redaction.yaml": "how to ask",
    "room_send.yaml": "how to ask",
    "search.yaml": "how to ask",
}


def records_of(path: Path) -> Iterator[object]:
    """The events in a file."""
    text = path.read_text(encoding="utf-8")
    if path.name == "sync.yaml":
        for room in example_sync(text)["rooms"]["join"].values():
            yield from (whole(event) for event in room["timeline"]["events"])
        return
    value = json.loads(text)
    if isinstance(value, list):
        yield from value
    elif "chunk" in value:
        page = read_page(value)
        assert page
        yield from page.events
    elif "events_before" in value:
        yield from [*value["events_before"], value["event"], *value["events_after"]]
        yield from value["state"]
    else:
        yield whole(value)


def whole(event: dict[str, Any]) -> dict[str, Any]:
    """An example with what it refers to."""
    return {**CORE, **event} if "$ref" in event else event


def example_sync(text: str) -> dict[str, Any]:
    """The example answer in the OpenAPI document of ``/sync``."""
    after = text[text.index("value: {", text.index("response:")) + len("value: ") :]
    value: dict[str, Any] = json.JSONDecoder().raw_decode(after)[0]
    return value


def meaning(record: object) -> str:
    try:
        event = read_event(record)
    except UnreadableError as fault:
        return f"refused: {fault}"
    match event:
        case Message():
            return "message"
        case Redaction():
            return "redaction"
        case Redacted():
            return "redacted"
        case Other(kind=kind):
            return f"not a message: {kind}"


def test_every_file_is_read_or_refused_for_a_stated_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = []
    total: Counter[str] = Counter()
    for path in FILES:
        if path.name in NO_EVENTS:
            lines.append(f"{path.name:55} no events: {NO_EVENTS[path.name]}")
            continue
        found = Counter(meaning(record) for record in records_of(path))
        assert found, path.name
        total += found
        lines.append(f"{path.name:55} {dict(found)}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert total["message"] >= 10
    assert total["redaction"] >= 1
    assert total["redacted"] >= 1


def test_messages_are_read_as_they_were_recorded() -> None:
    (path,) = (path for path in FILES if path.name == "room_messages.json")
    events = [read_event(record) for record in records_of(path)]
    said = [(e.sender, e.text, e.at) for e in events if isinstance(e, Message)]
    assert said == [
        ("@alice:example.com", "hello world", 1444812213737000),
        ("@bob:example.com", "the world is big", 1444812194656000),
    ]


def test_the_specifications_sync_is_read() -> None:
    (path,) = (path for path in FILES if path.name == "sync.yaml")
    example = example_sync(path.read_text(encoding="utf-8"))
    news = read_news(example)
    assert news
    (room,) = news.rooms
    assert news.next_batch == example["next_batch"]
    assert room.room_id in example["rooms"]["join"]
    assert room.before
    assert room.members
    assert news.invited


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("limit_exceeded_error.json", SourceState.RATE_LIMITED),
        ("http_502.txt", SourceState.FAILING),
    ],
)
async def test_recorded_refusals_are_said_in_words(
    monkeypatch: pytest.MonkeyPatch, name: str, state: SourceState
) -> None:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    (path,) = (path for path in FILES if path.name == name)
    body = path.read_bytes()
    reply = (
        raw_bytes(body.replace(b"\n", b"\r\n").rstrip() + b"\r\n\r\n")
        if name.endswith(".txt")
        else body_reply(body, "application/json", 429)
    )
    async with FakeServer() as server, Fetcher() as fetch:
        server.on("/_matrix/client/v3/account/whoami", reply)
        source = SourceConfig(
            network="matrix", base_url=server.url, token=Secret("env:HUBBUB_TEST_TOKEN")
        )
        with pytest.raises(SourceError) as caught:
            await anext(MatrixListener(source, [], fetch, utc_now).poll(None))
    assert caught.value.state is state
    print(caught.value)
