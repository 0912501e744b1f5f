"""Bluesky's wire read without trust: events of both wires, records, views, recorded payloads."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.clock import from_iso, to_iso
from listeners.model import Author, Micros
from listeners.networks.bluesky.cursor import Cursor, read_cursor
from listeners.networks.bluesky.event import read_event
from listeners.networks.bluesky.record import UnreadableError, read_record, record_of
from listeners.networks.bluesky.sieve import build_post
from listeners.networks.bluesky.views import author_of, read_posts
from tests.fake import jetstream as wire

RECORDED = Path(os.environ.get("HUBBUB_RECORDED", "../shared/recorded")) / "bluesky"
AT = 1_790_000_000_000_000
DID = "did:plc:anna"


def as_bytes(event: object) -> bytes:
    return json.dumps(event).encode()


# --- events ------------------------------------------------------------------------------------


def v2(kind: str, **fields: object) -> bytes:
    payload = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", **fields}
    return as_bytes({"$type": "message", "payload": payload})


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (as_bytes(wire.post(DID, "r", "x", AT)), "post"),
        (as_bytes(wire.commit(DID, AT, "update", "r", record=wire.record("x", AT))), "post"),
        (as_bytes(wire.delete(DID, "r", AT)), "delete"),
        (as_bytes(wire.account(DID, AT, "deleted")), "gone"),
        (as_bytes(wire.account(DID, AT, "takendown")), "gone"),
        (as_bytes(wire.account(DID, AT, "deactivated")), "gone"),
        (as_bytes(wire.account(DID, AT, "suspended")), "other"),
        (as_bytes(wire.account(DID, AT, active=True)), "other"),
        (as_bytes(wire.account(DID, AT)), "other"),
        (as_bytes({"did": DID, "time_us": AT, "kind": "identity", "identity": {}}), "other"),
        (as_bytes({"did": DID, "time_us": AT, "kind": "something new"}), "other"),
        (v2("sync", seq=1, did=DID, time="2026-07-04T14:38:08.085434Z", sync={}), "other"),
        (v2("info", name="OutdatedCursor", message="x"), "notice"),
        (b'{"$type":"error","error":"ConsumerTooSlow","message":"x"}', "error"),
    ],
)
def test_kinds_of_event(message: bytes, kind: str) -> None:
    assert read_event(message).kind == kind


def test_other_collections_are_passed_over() -> None:
    event = wire.post(DID, "r", "x", AT)
    event["commit"]["collection"] = "app.bsky.feed.like"
    assert read_event(as_bytes(event)).kind == "other"


def test_v1_and_v2_say_the_same() -> None:
    one = read_event(as_bytes(wire.post(DID, "r", "x", AT)))
    two = read_event(
        v2("commit", seq=7, did=DID, time=to_iso(Micros(AT)), rev="3k",
           operation="create", collection=wire.POST, rkey="r", record=wire.record("x", AT))
    )  # fmt: skip
    assert (one.kind, one.at, one.did, one.rkey) == (two.kind, two.at, two.did, two.rkey)
    assert json.loads(one.raw) == json.loads(two.raw)
    assert (one.seq, two.seq) == (None, 7)


BROKEN = [
    b"", b"{", b"[]", b"null", b"7", b'"x"', b"[" * 100_000, b"\xff\xfe", b"NaN",
    as_bytes({"did": DID, "kind": "commit"}),
    as_bytes({"did": DID, "time_us": -1, "kind": "commit"}),
    as_bytes({"did": DID, "time_us": "1790000000000000", "kind": "commit"}),
    as_bytes({"did": 7, "time_us": AT, "kind": "commit"}),
    as_bytes({"time_us": AT, "kind": "commit"}),
    b'{"did":"d","time_us":' + b"9" * 5000 + b',"kind":"commit"}',
    as_bytes(wire.commit(DID, AT, "create", "r")),
    as_bytes(wire.commit(DID, AT, "create", "", record={})),
    v2("commit", did=DID, time="2026-07-04T14:38:08Z"),
    v2("commit", seq=1, did=DID, time="yesterday"),
    as_bytes({"$type": "message", "payload": {}}),
]  # fmt: skip


@pytest.mark.parametrize("message", BROKEN, ids=lambda message: ascii(message[:40]))
def test_broken_events_are_refused_by_name(message: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_event(message)
    assert str(caught.value)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["did", "time_us", "kind", "commit", "account", "record", "rkey", "operation", "text",
         "collection", "payload", "$type", "seq", "facets", "features", "embed", "reply", "langs"]
    ), inner, max_size=4), max_leaves=12))  # fmt: skip
def test_any_json_is_an_event_or_refused(value: object) -> None:
    with suppress(UnreadableError):
        event = read_event(json.dumps(value).encode())
        if event.kind == "post":
            read_record(event.raw)
    with suppress(UnreadableError):
        record_of(value)
    read_posts(json.loads(json.dumps(value)))


# --- records -----------------------------------------------------------------------------------


def test_everything_a_record_says() -> None:
    facets = [
        {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a"}]},
        {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:x"}]},
        {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "deux"}]},
    ]
    embed = {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"$type": "x", "record": {"uri": "at://did:q/app.bsky.feed.post/1", "cid": "c"}},
        "media": {"$type": "app.bsky.embed.images", "images": [{"alt": "a red shop", "image": {}}]},
    }
    reply = wire.reply_to("at://did:p/c/1", "at://did:r/c/0")
    raw = as_bytes(
        wire.record("bonjour", AT, langs=["fr-CA", "en"], tags=["un"], facets=facets, embed=embed)
        | reply
    )
    record = read_record(raw)
    assert record.quoted() == "at://did:q/app.bsky.feed.post/1"
    assert record.around() == "a red shop"
    found = build_post(f"at://{DID}/{wire.POST}/3k", Author(key=DID), record, raw, Micros(AT + 9))
    assert found.native_id == f"at://{DID}/{wire.POST}/3k"
    assert found.url == f"https://bsky.app/profile/{DID}/post/3k"
    assert found.author.url == f"https://bsky.app/profile/{DID}"
    assert (found.text, found.lang, found.created_at) == ("bonjour", "fr-CA", AT)
    assert (found.links, found.mentions, found.tags) == (("https://a",), ("did:x",), ("deux", "un"))
    assert (found.parent_id, found.root_id) == ("at://did:p/c/1", "at://did:r/c/0")
    assert found.parent_author_key == "did:p"
    assert found.raw == raw
    assert not found.history


def test_a_link_card_and_written_links() -> None:
    card = {"external": {"uri": "https://shop.example/a", "title": "Acme", "description": "sale"}}
    record = read_record(as_bytes(wire.record("see", AT, embed=card)))
    assert (record.links(), record.around()) == (("https://shop.example/a",), "Acme\nsale")
    written = read_record(as_bytes(wire.record("see https://a.example/x.", AT)))
    assert written.links() == ("https://a.example/x",)
    marked = wire.record("x", AT, facets=[{"features": [{"uri": "javascript:alert(1)"}]}])
    assert read_record(as_bytes(marked)).links() == ()


@pytest.mark.parametrize(
    ("embed", "around"),
    [
        ({"$type": "app.bsky.embed.images", "images": [{"alt": "one"}, {"alt": ""}]}, "one"),
        ({"$type": "app.bsky.embed.gallery", "items": [{"alt": "two"}]}, "two"),
        ({"$type": "app.bsky.embed.video", "video": {}, "alt": "three"}, "three"),
        ({"media": {"external": {"title": "four"}}, "record": {"record": {"uri": "x"}}}, "four"),
        ({"$type": "app.bsky.embed.record", "record": {"uri": "at://x", "cid": "c"}}, ""),
        ({"$type": "of tomorrow", "stuff": [1]}, ""),
        (7, ""),
        (None, ""),
    ],
)
def test_words_beside_the_text(embed: object, around: str) -> None:
    assert read_record(as_bytes(wire.record("x", AT, embed=embed))).around() == around


ODD = [
    {"langs": "en"}, {"langs": [7]}, {"langs": None}, {"facets": {}}, {"facets": [7, None]},
    {"facets": [{"features": None}]}, {"reply": {"parent": 7}}, {"reply": {}}, {"createdAt": 7},
    {"embed": {"images": [7]}}, {"embed": []}, {"tags": {"a": 1}}, {"embed": {"record": "x"}},
]  # fmt: skip


@pytest.mark.parametrize("fields", ODD, ids=str)
def test_an_odd_field_never_costs_the_post(fields: dict[str, object]) -> None:
    good = {"features": [{"tag": "kept"}]}
    raw = {**wire.record("still here", AT), "facets": [good], **fields}
    record = read_record(as_bytes(raw))
    assert record.text == "still here"
    assert record.tags() == (("kept",) if "facets" not in fields else ())


def test_half_surrogates_and_nulls_become_storable() -> None:
    raw = b'{"text":"a\\ud800b\\u0000c","createdAt":"2026-01-01T00:00:00Z"}'
    assert read_record(raw).text == "a\ufffdb\0c"
    event = wire.post(DID, "r", "x", AT)
    message = as_bytes(event).replace(b'"text": "x"', b'"text": "\\udfff!"')
    read = read_event(message)
    assert read_record(read.raw).text == "\ufffd!"
    read.raw.decode()


@pytest.mark.parametrize("raw", [b"{}", b'{"text": 7}', b"[]", b"null", b"{", b'{"text": null}'])
def test_a_record_without_text_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_record(raw)


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2026-07-04T14:38:06.240Z", from_iso("2026-07-04T14:38:06.240Z")),
        ("2026-07-04T16:38:06+02:00", from_iso("2026-07-04T14:38:06Z")),
        ("2026-07-04T14:38:06", from_iso("2026-07-04T14:38:06Z")),
        ("", AT),
        ("not a time", AT),
        ("99999-01-01T00:00:00Z", AT),
    ],
)
def test_the_time_the_author_claims_or_the_networks(created: str, expected: int) -> None:
    record = read_record(as_bytes({"text": "x", "createdAt": created}))
    post = build_post(f"at://{DID}/{wire.POST}/3k", Author(key=DID), record, b"", Micros(AT))
    assert post.created_at == expected


def test_posts_claimed_to_be_old_are_history() -> None:
    record = read_record(as_bytes(wire.record("x", AT - 73 * 3_600_000_000)))
    assert build_post("at://a/b/c", Author(key="a"), record, b"", Micros(AT)).history


# --- views -------------------------------------------------------------------------------------


def view(**fields: object) -> dict[str, object]:
    return {
        "uri": wire.uri(DID, "r"),
        "cid": "c",
        "author": {"did": DID, "handle": "anna.example", "displayName": "Anna"},
        "record": wire.record("x", AT),
        "indexedAt": to_iso(Micros(AT + 5)),
        **fields,
    }


def test_a_post_view() -> None:
    found = read_posts(view(likeCount=3, repostCount=2, replyCount=1))
    (post,) = found.posts
    assert (post.author.key, post.author.handle, post.author.name) == (DID, "anna.example", "Anna")
    assert (post.engagement.likes, post.engagement.shares, post.engagement.replies) == (3, 2, 1)
    assert not post.addressed
    assert not found.refused


def test_a_notification_is_addressed_and_a_like_is_refused() -> None:
    mention = view(reason="mention")
    like = view(reason="like", uri="at://x/app.bsky.feed.like/1", record={"$type": "a.like"})
    found = read_posts({"notifications": [mention, like]})
    assert [post.addressed for post in found.posts] == [True]
    assert [sentence.values for sentence in found.refused] == [{"kind": "a.like"}]


def test_a_deep_thread_is_read_without_recursion() -> None:
    thread: dict[str, object] = {"post": view(uri=wire.uri(DID, "0"))}
    for number in range(1, 3000):
        thread = {"post": view(uri=wire.uri(DID, str(number))), "replies": [thread]}
    assert len(read_posts({"thread": thread}).posts) == 3000


def test_profiles() -> None:
    bot = {"did": DID, "handle": "handle.invalid", "labels": [{"val": "bot"}, 7],
           "followersCount": 9, "displayName": None}  # fmt: skip
    author = author_of(bot)
    assert author is not None
    assert (author.handle, author.name, author.followers, author.automated) == ("", "", 9, True)
    assert author_of({"handle": "x"}) is None
    assert author_of(7) is None


# --- cursors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cursor",
    [Cursor(), Cursor(AT), Cursor(AT, 7, "h", "2026", {"a.example": DID}), Cursor(0, 3, "h")],
)
def test_cursors_are_read_back(cursor: Cursor) -> None:
    assert read_cursor(str(cursor)) == cursor


@pytest.mark.parametrize(
    ("text", "cursor"),
    [(None, Cursor()), ("", Cursor()), (str(AT), Cursor(AT)), ("{", None), ("[]", None),
     ('{"time_us": -5}', None), ('{"time_us": "x"}', None), ("[" * 100_000, None)],
)  # fmt: skip
def test_cursors_of_others(text: str | None, cursor: Cursor | None) -> None:
    assert read_cursor(text) == cursor


# --- recorded payloads -------------------------------------------------------------------------


@pytest.fixture
def recorded() -> Path:
    if not RECORDED.is_dir():
        pytest.skip(f"no recorded payloads at {RECORDED}: set HUBBUB_RECORDED")
    return RECORDED


def test_every_recorded_payload_gives_posts_or_a_stated_refusal(recorded: Path) -> None:
    lines = [f"{'posts':>6} {'refused':>8}  file and reasons"]
    total = 0
    for path in sorted(recorded.glob("*.json")):
        found = read_posts(json.loads(path.read_bytes()))
        reasons = Counter(s.template.format(**s.values) for s in found.refused)
        said = "; ".join(f"{count}x {reason}" for reason, count in reasons.items())
        lines.append(f"{len(found.posts):6} {len(found.refused):8}  {path.name[:60]}  {said}")
        assert found.posts or found.refused, f"{path.name} vanished without a word"
        total += len(found.posts)
    print("\n" + "\n".join(lines))
    assert total >= 60


def test_the_recorded_stream(recorded: Path) -> None:
    kinds: Counter[str] = Counter()
    wanted = []
    for line in (recorded / "jetstream_v1_expected_v1.jsonl").read_bytes().splitlines():
        event = read_event(line)
        kinds[event.kind] += 1
        said = json.loads(line)
        assert (event.did, event.at) == (said["did"], said["time_us"])
        if event.kind == "post":
            record = read_record(event.raw)
            assert json.loads(event.raw) == said["commit"]["record"]
            assert record.text == said["commit"]["record"]["text"]
            wanted.append(record)
    print(f"\n{dict(kinds)} of 152 recorded events")
    assert kinds == {"other": 134, "post": 17, "delete": 1}
    assert sum(bool(record.reply) for record in wanted) > 0


def test_the_lexicons_are_no_posts(recorded: Path) -> None:
    files = sorted((recorded / "lexicons").rglob("*.json"))
    assert files
    for path in files:
        assert not read_posts(msgspec.json.decode(path.read_bytes())).posts
