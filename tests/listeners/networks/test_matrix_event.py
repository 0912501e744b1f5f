"""Matrix events read strictly where identity is decided, tolerantly in everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import DAY, MINUTE, Micros
from listeners.networks.matrix.cursor import (
    MOST_ROOMS,
    TOGETHER,
    Mark,
    Place,
    Run,
    read_cursor,
    root_of,
    write_cursor,
)
from listeners.networks.matrix.event import Message, Other, Redacted, UnreadableError, read_event
from listeners.networks.matrix.harvest import address_of
from listeners.networks.matrix.sync import read_news, read_page
from listeners.networks.matrix.text import user_in, without_quotation, words_of

EVENT: dict[str, Any] = {
    "event_id": "$one",
    "type": "m.room.message",
    "sender": "@ana:hs.example",
    "origin_server_ts": 1_800_000_000_000,
    "content": {"msgtype": "m.text", "body": "hello"},
}


def message(**content: object) -> Message:
    event = read_event({**EVENT, "content": {**EVENT["content"], **content}})
    assert isinstance(event, Message)
    return event


def test_a_plain_message() -> None:
    found = message()
    assert (found.text, found.sender, found.at) == (
        "hello",
        "@ana:hs.example",
        1_800_000_000 * 10**6,
    )
    assert json.loads(found.raw)["content"]["body"] == "hello"


@pytest.mark.parametrize(
    ("content", "field", "value"),
    [
        ({"msgtype": "m.notice"}, "notice", True),
        ({"msgtype": "m.image", "body": "cat.jpg", "url": "mxc://x"}, "text", "cat.jpg"),
        ({"m.relates_to": {"m.in_reply_to": {"event_id": "$two"}}}, "answers", "$two"),
        ({"m.relates_to": {"m.in_reply_to": {"event_id": 3}}}, "answers", ""),
        ({"m.relates_to": "x"}, "answers", ""),
        ({"m.relates_to": {"rel_type": "m.thread", "event_id": "$two"}}, "thread", "$two"),
        ({"m.relates_to": {"rel_type": "m.thread", "event_id": "$two", "is_falling_back": True,
          "m.in_reply_to": {"event_id": "$three"}}}, "answers", ""),
        ({"m.relates_to": {"rel_type": "m.thread", "event_id": "$two", "is_falling_back": False,
          "m.in_reply_to": {"event_id": "$three"}}}, "answers", "$three"),
        ({"m.mentions": {"user_ids": ["@ben:x", "no", 3]}}, "named", ("@ben:x",)),
        ({"m.mentions": {"user_ids": "@ben:x"}}, "named", ()),
        ({"body": "* new", "m.relates_to": {"rel_type": "m.replace", "event_id": "$two"}},
         "text", "new"),
        ({"body": "* new", "m.new_content": {"body": "newer"},
          "m.relates_to": {"rel_type": "m.replace", "event_id": "$two"}}, "text", "newer"),
        ({"m.relates_to": {"rel_type": "m.replace", "event_id": "$two"}}, "replaces", "$two"),
        ({"format": "org.matrix.custom.html", "formatted_body": "<p>x", "body": " "}, "text", "x"),
    ],
)  # fmt: skip
def test_relations_and_words(content: dict[str, Any], field: str, value: object) -> None:
    assert getattr(message(**content), field) == value


def test_the_newest_words_come_with_the_event() -> None:
    newest = {
        "sender": EVENT["sender"],
        "origin_server_ts": 1_800_000_001_000,
        "content": {"m.new_content": {"body": "hello you"}},
    }
    event = {**EVENT, "unsigned": {"m.relations": {"m.replace": newest}}}
    found = read_event(event)
    assert isinstance(found, Message)
    assert (found.text, found.edited_at) == ("hello you", 1_800_000_001 * 10**6)
    newest["sender"] = "@ben:hs.example"
    found = read_event(event)
    assert isinstance(found, Message)
    assert (found.text, found.edited_at) == ("hello", None)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"type": "m.reaction"}, "m.reaction"),
        ({"type": "m.room.encrypted"}, "m.room.encrypted"),
        ({"state_key": ""}, "m.room.message"),
        ({"content": {"msgtype": "m.key.verification.request", "body": "x"}},
         "m.key.verification.request"),
    ],
)  # fmt: skip
def test_what_is_no_message(change: dict[str, Any], kind: str) -> None:
    assert read_event({**EVENT, **change}) == Other("$one", kind)


def test_a_redacted_message_keeps_its_key() -> None:
    event = {**EVENT, "content": {}, "unsigned": {"transaction_id": "k"}}
    assert read_event(event) == Redacted("$one", "k")


@pytest.mark.parametrize(
    "record",
    [
        None, [], {}, {**EVENT, "event_id": 3}, {**EVENT, "event_id": "one"},
        {**EVENT, "event_id": "$o\x1b"}, {**EVENT, "event_id": "$" + "x" * 300},
        {**EVENT, "sender": "ana"}, {**EVENT, "sender": "@ana"}, {**EVENT, "content": []},
        {**EVENT, "content": {"body": "x"}}, {**EVENT, "content": {"msgtype": "m.text"}},
        {**EVENT, "content": {"msgtype": "m.text", "body": {}}},
        {**EVENT, "type": "m.room.redaction"},
    ],
)  # fmt: skip
def test_what_has_no_identity_is_refused_with_a_reason(record: object) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_event(record)
    assert caught.value.sentence.values["fault"]


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("> <@ben:x> is it down?\n\nyes", "yes"),
        ("> <@ben:x> is it\n> down?\n\nyes\n\nit is", "yes\n\nit is"),
        ("> * <@ben:x> waves\n\nhi", "hi"),
        ("> <@ben:x> is it down?\nyes", "yes"),
        ("> a quotation of mine\n\nyes", "> a quotation of mine\n\nyes"),
        ("yes\n> <@ben:x> no", "yes\n> <@ben:x> no"),
        ("> <@ben:x> only", ""),
        ("", ""),
    ],
)
def test_the_quotation_of_old_clients_is_taken_off(body: str, said: str) -> None:
    assert without_quotation(body) == said


def test_what_is_quoted_neither_links_nor_names() -> None:
    words = words_of(
        {
            "body": "> <@ben:x> https://theirs.example\n\nsee https://ours.example",
            "format": "org.matrix.custom.html",
            "formatted_body": '<mx-reply><a href="https://matrix.to/#/@ben:x">Ben</a> '
            '<a href="https://theirs.example">x</a></mx-reply>see <a href="https://more.example">x'
            '</a> <a href="https://matrix.to/#/%40cleo%3Ax?via=x">Cleo</a>',
        }
    )
    assert words is not None
    assert words.text == "see https://ours.example"
    assert words.links == ("https://ours.example", "https://more.example")
    assert words.named == ("@cleo:x",)


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("https://matrix.to/#/@ana:hs.example", "@ana:hs.example"),
        ("https://matrix.to/#/%40ana%3Ahs.example?via=hs.example", "@ana:hs.example"),
        ("matrix:u/ana:hs.example?action=chat", "@ana:hs.example"),
        ("https://matrix.to/#/#room:hs.example", ""),
        ("https://elsewhere.example/#/@ana:hs.example", ""),
        ("https://[", ""),
    ],
)
def test_pills(address: str, user: str) -> None:
    assert user_in(address) == user


def test_an_address_leads_to_the_message() -> None:
    address = address_of("!a/b:hs.example", "$x+y/z", "@ana:hs.example:8448")
    assert address == "https://matrix.to/#/!a%2Fb:hs.example/$x%2By%2Fz?via=hs.example:8448"


# --- roots -------------------------------------------------------------------------------------

NOW = Micros(1_800_000_000_000_000)


@pytest.mark.parametrize(
    ("run", "more", "root"),
    [
        (None, {}, None),
        (Run("@a:x", NOW, "$r"), {}, "$r"),
        (Run("@b:x", NOW, "$r"), {}, None),
        (Run("@a:x", Micros(NOW - TOGETHER), "$r"), {}, "$r"),
        (Run("@a:x", Micros(NOW - TOGETHER - 1), "$r"), {}, None),
        (Run("@a:x", NOW, "$r"), {"at": None}, None),
        (Run("@a:x", NOW, "$r"), {"answers": "$p"}, None),
        (Run("@a:x", NOW, "$r"), {"answers": "$p", "roots": {"$p": "$q"}}, "$q"),
        (Run("@a:x", NOW, "$r"), {"thread": "$t"}, "$t"),
        (None, {"thread": "$t", "roots": {"$t": "$q"}}, "$q"),
        (None, {"private": True}, "!room"),
        (Run("@b:x", Micros(NOW - 27 * DAY), "$r"), {"private": True}, "$r"),
        (Run("@b:x", Micros(NOW - 29 * DAY), "$r"), {"private": True}, "!room $e"),
        (Run("@b:x", Micros(NOW - 5 * MINUTE), "$r"), {"private": True, "thread": "$t"}, "$r"),
    ],
)
def test_what_belongs_together(run: Run | None, more: dict[str, Any], root: str | None) -> None:
    facts: dict[str, Any] = {"at": NOW, "private": False, **more}
    assert root_of(run, room_id="!room", event_id="$e", sender="@a:x", **facts) == root


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
runs = st.none() | st.builds(Run, names, st.integers(0, 2**60).map(Micros), names)
places = st.builds(
    Place,
    names,
    st.dictionaries(names, st.builds(Mark, names, runs), max_size=5),
    st.lists(names, max_size=3),
    st.lists(names, max_size=3).map(tuple),
)


@given(places)
def test_a_cursor_is_read_as_it_was_written(place: Place) -> None:
    assert read_cursor(write_cursor(place)) == place


@pytest.mark.parametrize("cursor", ["{", "[]", "3", '{"since":"x"}', '{"since":"","marks":{},'
                                    '"todo":[],"told":[]}', '{"since":"x","marks":{"r":[]},'
                                    '"todo":[],"told":[]}'])  # fmt: skip
def test_an_illegible_cursor_is_none(cursor: str) -> None:
    assert read_cursor(cursor) is None


def test_the_rooms_heard_last_are_kept() -> None:
    place = Place("s1")
    for number in range(MOST_ROOMS + 5):
        place.mark(f"!{number}", Mark("$e"))
        place.mark("!0", Mark("$f"))
    assert len(place.marks) == MOST_ROOMS
    assert "!0" in place.marks
    assert "!1" not in place.marks


# --- any drift ---------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
CONTENT = ("msgtype", "body", "format", "formatted_body", "m.relates_to", "m.mentions",
           "m.new_content")  # fmt: skip


@given(json_values)
def test_no_json_breaks_the_decoder(value: object) -> None:
    with pytest.raises(UnreadableError):
        read_event(value)


@given(
    st.dictionaries(st.sampled_from([*EVENT, "unsigned", "redacts", "state_key"]), json_values,
                    max_size=3),
    st.dictionaries(st.sampled_from(CONTENT), json_values, max_size=3),
)  # fmt: skip
def test_no_drift_of_fields_breaks_the_decoder(
    change: dict[str, object], content: dict[str, object]
) -> None:
    event = {**EVENT, "content": {**EVENT["content"], **content}, **change}
    try:
        found = read_event(event)
    except UnreadableError:
        return
    assert found.event_id.startswith("$")
    assert found.event_id.isprintable()
    if isinstance(found, Message):
        found.text.encode()
        assert all(name.startswith("@") for name in found.named)
        assert all(link.startswith("http") for link in found.links)


@given(st.dictionaries(st.sampled_from(["next_batch", "rooms", "account_data"]), json_values))
def test_no_drift_breaks_the_sync(body: dict[str, object]) -> None:
    news = read_news({"next_batch": "s1", **body})
    assert news is None or news.next_batch
    read_page(body)


@given(st.text(max_size=200))
def test_words_never_break(text: str) -> None:
    words_of({"body": text, "format": "org.matrix.custom.html", "formatted_body": text})
    without_quotation(f"> <@a:b> {text}")
