"""Every recorded YouTube answer: read into posts, or known to hold none; and drift."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import Post
from listeners.networks.decoding import UnreadableError
from listeners.networks.feeds.xml import read_xml
from listeners.networks.youtube.decode import (
    read_comment,
    read_thread,
    read_video,
    subscribers_of,
    video_id_in,
    video_of_entry,
)
from tests.fake.official import RECORDED

FOLDER = RECORDED / "youtube"
FILES = sorted(FOLDER.glob("*.json"))
recorded = pytest.mark.skipif(
    not FILES, reason="no recorded YouTube answers: set HUBBUB_RECORDED to their folder"
)
# Parts of records, ratings, playlists, and the documents of the API itself.
NO_RECORDS = ("discovery", "error", "activities", "playlist", "rating", "snippet", "search_result",
              "myrating")  # fmt: skip


def posts_in(body: Any) -> list[Post]:
    """The posts of a recorded answer; ids of videos become none."""
    found: list[Post] = []
    records = body.get("items", body.get("comments", [body]))
    for record in records:
        match record.get("kind"):
            case "youtube#commentThread":
                thread = read_thread(record)
                found += [thread.comment]
                found += [read_comment(one, video=thread.video) for one in thread.replies]
            case "youtube#comment":
                found.append(read_comment(record))
            case "youtube#video" if "snippet" in record:
                found.append(read_video(record))
            case "youtube#searchResult":
                kind = record["id"].get("kind")
                assert bool(video_id_in(record)) == (kind == "youtube#video")
            case "youtube#channel":
                channel, followers = subscribers_of(record)
                assert channel.startswith("UC")
                assert followers is None or followers > 0
            case "youtube#video":
                with pytest.raises(UnreadableError):
                    read_video(record)
            case _:
                raise AssertionError(record)
    return found


@recorded
def test_every_recorded_answer() -> None:
    posts: list[Post] = []
    for path in FILES:
        if any(name in path.name for name in NO_RECORDS):
            continue
        posts += posts_in(json.loads(path.read_text(encoding="utf-8")))
    assert len(posts) > 40
    for post in posts:
        assert post.text
        assert post.created_at
        assert post.author.key.startswith(("UC", "http"))
        assert post.root_id is None or post.native_id.startswith(post.root_id)


@recorded
@pytest.mark.parametrize("name", ["fj_youtube_atom.xml", "huginn__data_fixtures__youtube.xml"])
def test_the_feed_of_a_channel(name: str) -> None:
    feed = read_xml((FOLDER / name).read_bytes(), "utf-8", "")
    videos = [video_of_entry(entry) for entry in feed.entries]
    assert videos
    for video in videos:
        assert video is not None
        assert video.url == f"https://www.youtube.com/watch?v={video.native_id}"
        assert video.author.key.startswith("UC")
        assert video.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("textDisplay", "textOriginal", "authorDisplayName", "authorChannelId", "videoId",
          "parentId", "likeCount", "publishedAt", "updatedAt", "authorChannelUrl")  # fmt: skip


@given(changed=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3))
def test_drift_is_a_dead_letter_and_never_a_crash(changed: dict[str, Any]) -> None:
    words: dict[str, Any] = {
        "textDisplay": "hello", "authorDisplayName": "@ana", "videoId": "5shykyfmb28",
        "authorChannelId": {"value": "UCK8sQmJBp8GCxrOtXWBpyEA"},
        "publishedAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    try:
        post = read_comment({"id": "Ugx", "snippet": words | changed})
    except UnreadableError as fault:
        assert fault.sentence.values["network"] == "YouTube"  # noqa: PT017 - either may happen
    else:
        assert post.native_id == "Ugx"
