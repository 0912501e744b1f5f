"""Every recorded Telegram update: read into a message, or known to be none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import SourceConfig
from listeners.model import Batch, Micros
from listeners.networks.telegram.cursor import Place
from listeners.networks.telegram.decode import KINDS, Said, UnreadableError, read_update
from listeners.networks.telegram.harvest import Harvester
from tests.fake.official import RECORDED

FILES = sorted((RECORDED / "telegram").glob("*.json"))
UPDATES = [path for path in FILES if b'"update_id"' in path.read_bytes()[:4000]]
# What somebody did is a message there too, but nobody says anything in it.
SILENT = {
    "chat_owner_changed", "chat_shared", "checklist_tasks_done", "community_chat_added",
    "connected_website", "forum_topic_closed", "forum_topic_created", "forum_topic_reopened",
    "game", "giveaway_completed", "giveaway_created", "group_chat_created", "invoice",
    "left_chat_member", "managed_bot_created", "message_auto_delete_timer_changed",
    "message_boost_added", "migrate_to_chat_id", "new_chat_photo", "new_chat_title",
    "passport_data", "pinned_message", "poll_option_added", "poll_option_deleted",
    "proximity_alert_triggered", "refunded_payment", "supergroup_chat_created",
    "video_chat_participants_invited", "video_chat_scheduled",
}  # fmt: skip


def kind_of(path: Path) -> str:
    return path.stem.rpartition("__")[2]


def read(path: Path) -> tuple[dict[str, Any], Said | None]:
    record = json.loads(path.read_text(encoding="utf-8"))
    return record, read_update(record)


@pytest.mark.skipif(not UPDATES, reason="no recorded Telegram updates: set HUBBUB_RECORDED")
def test_every_recorded_update() -> None:
    heard = 0
    for path in UPDATES:
        record, said = read(path)
        if not set(KINDS) & set(record):
            assert said is None, path.name
            continue
        assert said is not None, path.name
        assert (said.words is None) == (kind_of(path) in SILENT), path.name
        heard += said.words is not None
    assert len(UPDATES) > 120
    assert heard > 40


@pytest.mark.skipif(not UPDATES, reason="no recorded Telegram updates: set HUBBUB_RECORDED")
def test_all_of_them_in_one_answer() -> None:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in UPDATES]
    source = SourceConfig(network="telegram")
    batch: Batch = Harvester(source, lambda: Micros(0)).take(records, Place(), (456, "kerlann_bot"))
    assert (batch.bad, batch.fetched) == ((), len(records))
    ids = [post.native_id for post in batch.posts]
    assert len(ids) == len(set(ids))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("message_id", "chat", "date", "from", "text", "entities", "reply_to_message", "poll",
          "sender_chat", "message_thread_id", "rich_message", "photo")  # fmt: skip


@given(changed=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3))
def test_drift_is_a_dead_letter_and_never_a_crash(changed: dict[str, Any]) -> None:
    message: dict[str, Any] = {
        "message_id": 1, "date": 1_800_000_000, "text": "hello",
        "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "first_name": "Ana"},
    }  # fmt: skip
    record = {"update_id": 1, "message": message | changed}
    try:
        said = read_update(record)
    except UnreadableError as fault:
        said = None
        network = fault.sentence.values["network"]
    else:
        network = "Telegram"
        assert said is not None
    assert network == "Telegram"
    assert said is None or "/" in said.native_id
