"""Every recorded Discord message: read, or known to be something else; and drift."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import Micros
from listeners.networks.decoding import UnreadableError
from listeners.networks.discord.decode import read_message, snowflake_at, spot_of, time_of
from tests.fake.official import RECORDED

FILES = sorted((RECORDED / "discord").glob("*.json"))
# Parts of messages, requests, channels, members and events of the gateway.
NOT_MESSAGES = ("channel", "gwevents", "user", "reaction", "guild", "footer", "pins", "typing",
                "webhooks", "openapi", "ddocs-message__block_03", "ddocs-message__block_04",
                "ddocs-message__block_05", "ddocs-message__block_06", "ddocs-message__block_07",
                "ddocs-message__block_08", "ddocs-message__block_09",
                "ddocs-message__block_10")  # fmt: skip


@pytest.mark.skipif(not FILES, reason="no recorded Discord payloads: set HUBBUB_RECORDED")
def test_every_recorded_message() -> None:
    read = silent = 0
    for path in FILES:
        record = json.loads(path.read_text(encoding="utf-8"))
        if any(name in path.name for name in NOT_MESSAGES):
            continue
        said = read_message(record)
        assert said.native_id == f"{record['channel_id']}/{record['id']}", path.name
        assert said.spoken == (record["type"] != 7), path.name
        assert said.at is not None
        read += 1
        silent += said.bare
    assert read >= 9
    assert silent <= 3


@pytest.mark.skipif(not FILES, reason="no recorded Discord payloads: set HUBBUB_RECORDED")
def test_the_examples_of_the_documentation() -> None:
    folder = RECORDED / "discord"
    one = read_message(json.loads((folder / "ddocs-message__block_01.json").read_text()))
    assert (one.text, one.author.handle, one.engagement.likes) == ("Supa Hot", "Mason", 1)
    assert one.at == 1_499_794_027_299_000
    edited = read_message(json.loads((folder / "se_message_update_1.json").read_text()))
    assert (edited.text, edited.edited_at) == ("b", 1_492_291_843_074_233)


def test_snowflakes_hold_their_time() -> None:
    # The example of reference#snowflakes.
    assert time_of(175_928_847_299_117_063) == 1_462_015_105_796_000
    assert time_of(snowflake_at(Micros(1_462_015_105_796_000))) == 1_462_015_105_796_000
    assert spot_of("1/2") == ("1", "2")
    assert spot_of("1/-2") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("id", "channel_id", "author", "content", "timestamp", "edited_timestamp", "mentions",
          "message_reference", "referenced_message", "reactions", "embeds", "attachments", "poll",
          "thread", "type", "sticker_items")  # fmt: skip


@given(changed=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3))
def test_drift_is_a_dead_letter_and_never_a_crash(changed: dict[str, Any]) -> None:
    message: dict[str, Any] = {
        "id": "175928847299117063", "channel_id": "5", "type": 0, "content": "hello <@1>",
        "author": {"id": "5", "username": "ana"}, "timestamp": "2017-07-11T17:27:07+00:00",
    }  # fmt: skip
    try:
        said = read_message(message | changed)
    except UnreadableError as fault:
        assert fault.sentence.values["network"] == "Discord"  # noqa: PT017 - either may happen
    else:
        assert spot_of(said.native_id)
