"""What people take along from networks: archives of Meta, X, Slack and Telegram, and tables."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.importing import exports
from listeners.importing.columns import guess
from listeners.importing.export_meta import mended, repaired
from listeners.importing.exports import read_export
from listeners.importing.files import BATCH, Place, Wishes, read_file, read_on
from listeners.model import Batch, Post

RECORDED = Path(os.environ.get("HUBBUB_RECORDED", "../shared/recorded")) / "bridges"
AT = 1_800_000_000

Written = Callable[[str, Any], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(name: str, content: Any) -> Path:
        path = tmp_path / name
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(data)
        return path

    return write


def posts_in(path: Path) -> list[Post]:
    return [post for batch in read_file(path) for post in batch.posts]


def faults_in(path: Path) -> list[str]:
    return [
        bad.reason.template.format(**bad.reason.values)
        for batch in read_file(path)
        for bad in batch.bad
    ]


def broken(text: str) -> str:
    """A text as Meta writes it."""
    return text.encode().decode("latin-1")


def packed(**files: Any) -> bytes:
    """An archive of documents; ``__`` stands for a slash, ``_`` before the ending for a dot."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            archive.writestr(name.replace("__", "/").replace("_js", ".js"), data)
    return memory.getvalue()


TWEETS = b"window.YTD.tweets.part0 = " + json.dumps(
    [
        {"tweet": {"id_str": "12", "id": "12", "full_text": "We are back", "lang": "en",
                   "created_at": "Wed Oct 10 20:19:24 +0000 2018", "favorite_count": "3",
                   "retweet_count": "1", "in_reply_to_status_id_str": "11"}},
        {"tweet": {"id_str": "13"}},
    ]
).encode()  # fmt: skip
ACCOUNT = b'window.YTD.account.part0 = [{"account": {"username": "kerlann", "accountId": "9"}}]'
SLACK = [
    {"type": "message", "ts": f"{AT}.000100", "user": "U1", "text": "Is &lt;it&gt; <!here>?",
     "user_profile": {"display_name": "ana", "real_name": "Ana"}},
    {"type": "message", "ts": f"{AT}.000200", "user": "U2", "text": "Yes",
     "thread_ts": f"{AT}.000100"},
    {"type": "message", "subtype": "channel_join", "ts": f"{AT}.000300", "user": "U3",
     "text": "joined"},
]  # fmt: skip
TELEGRAM = {
    "name": "Kerlann fans", "type": "public_supergroup", "id": 77,
    "messages": [
        {"id": 1, "type": "service", "action": "create_group"},
        {"id": 2, "type": "message", "date": "2027-01-15T08:00:00", "date_unixtime": str(AT),
         "from": "Ana", "from_id": "user5", "text": ["See ", {"type": "bold", "text": "this"}]},
        {"id": 3, "type": "message", "date": "2027-01-15T09:00:00", "from": "Bob",
         "from_id": "user6", "reply_to_message_id": 2, "text": "Où ?"},
    ],
}  # fmt: skip


# --- Meta ----------------------------------------------------------------------------------------


def test_messages_of_meta_are_mended(written: Written) -> None:
    thread = {
        "participants": [{"name": broken("Élise")}], "thread_path": "inbox/elise_1",
        "messages": [
            {"sender_name": broken("Élise"), "timestamp_ms": AT * 1000, "content": broken("Où ?")},
            {"sender_name": "Kerlann", "timestamp_ms": AT * 1000 + 1, "content": broken("Là 🚢")},
            {"sender_name": "Kerlann", "timestamp_ms": AT * 1000 + 2, "photos": []},
        ],
    }  # fmt: skip
    one, two = posts_in(written("message_1.json", thread))
    assert (one.network, one.author.name, one.text) == ("facebook", "Élise", "Où ?")
    assert (two.text, one.root_id) == ("Là 🚢", two.root_id)
    assert one.created_at == AT * 1_000_000


@pytest.mark.parametrize(
    ("name", "document", "network", "text"),
    [
        ("comments.json",
         {"comments_v2": [{"timestamp": AT, "title": "Kerlann commented", "data": [
             {"comment": {"timestamp": AT, "comment": broken("Merci à vous"), "author": "K"}}]}]},
         "facebook", "Merci à vous"),
        ("your_posts_1.json",
         [{"timestamp": AT, "data": [{"update_timestamp": AT}, {"post": "We are back"}]}],
         "facebook", "We are back"),
        ("instagram_post_comments_1.json",
         [{"media_list_data": [], "string_map_data": {"Comment": {"value": broken("Ça va")},
                                                      "Time": {"timestamp": AT}}}],
         "instagram", "Ça va"),
    ],
)  # fmt: skip
def test_posts_and_comments_of_meta(
    written: Written, name: str, document: object, network: str, text: str
) -> None:
    (post,) = posts_in(written(name, document))
    assert (post.network, post.text, post.own) == (network, text, True)
    assert post.created_at == AT * 1_000_000


@given(st.text(max_size=60))
def test_what_meta_breaks_is_put_together_and_nothing_else_is_touched(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    whole = data.decode()
    assert repaired(data.decode("latin-1")) == whole
    if any(ord(one) > 255 for one in whole):
        assert repaired(whole) == whole


def test_texts_are_mended_wherever_they_stand() -> None:
    told = {broken("é"): [broken("à"), 3, None, {"a": broken("ù")}]}
    assert mended(told) == {"é": ["à", 3, None, {"a": "ù"}]}


# --- X, Slack, Telegram --------------------------------------------------------------------------


def test_an_archive_of_x(written: Written) -> None:
    (post,) = posts_in(written("x.zip", packed(data__tweets_js=TWEETS, data__account_js=ACCOUNT,
                                               assets__app_js=b"function(){}")))  # fmt: skip
    assert (post.network, post.native_id, post.author.handle) == ("x", "12", "kerlann")
    assert (post.own, post.parent_id, post.engagement.likes) == (True, "11", 3)
    assert post.created_at == from_iso("2018-10-10T20:19:24Z")
    assert post.url == "https://x.com/kerlann/status/12"
    (alone,) = posts_in(written("tweets.js", TWEETS))
    assert (alone.native_id, alone.own) == ("12", True)


def test_an_export_of_slack(written: Written) -> None:
    documents = {"general/2027-01-15.json": SLACK, "users.json": []}
    path = written("slack.zip", packed(**documents))
    one, two = posts_in(path)
    assert (one.network, one.native_id) == ("slack", f"general/{AT}.000100")
    assert (one.text, one.author.name, one.author.key) == ("Is <it> @here?", "ana", "U1")
    assert (one.created_at, two.parent_id) == (AT * 1_000_000 + 100, one.native_id)


def test_an_export_of_telegram(written: Written) -> None:
    one, two = posts_in(written("result.json", TELEGRAM))
    assert (one.network, one.native_id, one.text) == ("telegram", "77/2", "See this")
    assert (one.author.key, one.author.name) == ("user5", "Ana")
    assert (two.parent_id, one.created_at) == ("77/2", AT * 1_000_000)
    whole = written("result.json", {"about": "x", "chats": {"list": [TELEGRAM, TELEGRAM]}})
    assert [post.native_id for post in posts_in(whole)] == ["77/2", "77/3"]


def test_mentions_in_one_list(written: Written) -> None:
    listed = [{"id": "1", "text": "Kerlann", "author": "ana"}, {"id": "2"}, 3]
    assert [post.native_id for post in posts_in(written("a.json", listed))] == ["1"]


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.json", b"{", "a.json is not JSON"),
        ("a.json", b"[3]", "holds nothing hubbub knows"),
        ("a.json", b"[" * 100_000, "not JSON"),
        ("a.js", b"alert(1)", "holds nothing hubbub knows"),
        ("a.js", b"window.YTD.ad.part0 = [1", "not JSON"),
        ("a.js", b"window.YTD.ad.part0 = [1]", "holds nothing hubbub knows"),
        ("a.zip", b"PK no archive", "is damaged"),
        ("a.zip", packed(a_txt=b"x"), "holds nothing hubbub knows"),
        ("a.zip", packed(**{"b.json": b"{"}), "a.zip: b.json is not JSON"),
    ],
)
def test_what_cannot_be_read_is_said(written: Written, name: str, data: bytes, words: str) -> None:
    (told,) = faults_in(written(name, data))
    assert words in told


def test_a_damaged_archive_gives_what_is_whole(written: Written) -> None:
    data = bytearray(packed(**{"a.json": TELEGRAM, "b.json": SLACK}))
    data[data.index(b"b.json") + 40] ^= 0xFF
    path = written("a.zip", bytes(data))
    assert [post.native_id for post in posts_in(path)][:2] == ["77/2", "77/3"]
    assert len(faults_in(path)) == 1


def test_an_archive_is_never_unfolded_without_end(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LARGEST", 1000)
    path = written("a.zip", packed(**{"a.json": b" " * 100_000, "b.json": b"[]"}))
    assert ["too large" in told for told in faults_in(path)] == [True]
    monkeypatch.setattr(exports, "LARGEST_IN_ALL", 1500)
    path = written("a.zip", packed(**{f"{n}.json": b" " * 900 for n in range(5)}))
    assert any("too large" in told for told in faults_in(path))


def test_a_bad_record_costs_itself_alone(written: Written) -> None:
    chat = {**TELEGRAM, "messages": [*TELEGRAM["messages"], {  # type: ignore[misc]
        "id": 4, "type": "message", "text": "x", "date": "never"}]}  # fmt: skip
    path = written("result.json", chat)
    assert len(posts_in(path)) == 2
    assert "created_at is no date" in faults_in(path)[0]


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=4) | st.sampled_from(["message", "1.000001"]),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["messages", "type", "ts", "text", "data", "timestamp", "sender_name",
                             "string_map_data", "comments_v2", "chats", "list", "id", "author"]),
            inner, max_size=5),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_json_is_read_or_refused(told: object) -> None:
    data = json.dumps(told).encode()
    found = list(read_export(io.BytesIO(data), "a.json"))
    assert found
    assert all((one.post is None) is not (one.fault is None) for one in found)


# --- batches -------------------------------------------------------------------------------------


def test_a_reading_that_was_broken_off_goes_on(written: Written) -> None:
    listed = [{"id": str(n), "text": "Kerlann", "author": "a"} for n in range(2 * BATCH + 10)]
    path = written("a.json", listed)
    readings = list(read_on(path, Wishes(), Place()))
    assert [len(one.batch.posts) for one in readings] == [BATCH, BATCH, 10]
    assert [one.place.done for one in readings] == [False, False, True]
    rest = list(read_on(path, Wishes(), readings[0].place))
    assert rest[0].batch.posts[0].native_id == str(BATCH)
    path.write_text(json.dumps(listed[:-1]))
    anew: list[Batch] = [one.batch for one in read_on(path, Wishes(), readings[0].place)]
    assert anew[0].posts[0].native_id == "0", "another file is read from its beginning"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded payloads: HUBBUB_RECORDED")
def test_a_recorded_export_of_meta() -> None:
    (post,) = posts_in(RECORDED / "meta_export_mojibake.json")
    assert (post.author.name, post.text) == (
        "Radosław", "No to trzeba ostatnie treningi zrobić xD")  # fmt: skip


# --- tables of platforms -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility",
         {"text": "ShareCommentary", "url": "ShareLink", "created_at": "Date"}),
        ("Date,Link,Message", {"text": "Message", "url": "Link", "created_at": "Date"}),
        ("Post ID,Page name,Title,Description,Publish time,Permalink,Reactions,Comments,Shares",
         {"id": "Post ID", "text": "Description", "title": "Title", "url": "Permalink",
          "created_at": "Publish time", "likes": "Reactions", "shares": "Shares"}),
        ("Date,From,Message,Network,Permalink,Sentiment",
         {"text": "Message", "author": "From", "network": "Network", "url": "Permalink",
          "created_at": "Date"}),
        ("Date de publication;Auteur;Texte du message;Lien permanent;Note",
         {"text": "Texte du message", "author": "Auteur", "url": "Lien permanent",
          "created_at": "Date de publication", "rating": "Note"}),
    ],
)  # fmt: skip
def test_tables_of_platforms(headings: str, columns: dict[str, str]) -> None:
    names = headings.split(";" if ";" in headings else ",")
    found = {field: names[column] for field, column in guess(names).items()}
    assert {field: found.get(field) for field in columns} == columns


def test_a_french_table_is_read_whole(written: Written) -> None:
    rows = "Date;Auteur;Texte du message;Note\r\n03/04/2026 14:05;Ana;« Très bien »;4,5\r\n"
    (post,) = posts_in(written("a.csv", rows.encode("cp1252")))
    assert (post.text, post.rating) == ("« Très bien »", 5)
    assert post.created_at == from_iso("2026-04-03T14:05:00Z")
