"""Filters: switched, said, kept and read back, whatever was kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from listeners.model import AlertState, ConversationState, Label, Severity
from tui.actions import Panel
from tui.filtering import (
    NOBODY,
    Offer,
    View,
    alert_filter,
    as_json,
    chips,
    from_json,
    queue_filter,
    stream_filter,
    switches,
)
from tui.i18n import use_language
from tui.screens.pickers import mute_choices, name_choices, reason_choices, tag_choices

OFFER = Offer(networks=("mastodon",), members=("Ana",), langs=("fr",), tags=("press",))


def test_a_switch_goes_on_and_off() -> None:
    view = View().toggled("labels", "negative").toggled("labels", "neutral")
    assert queue_filter(view, "A").labels == (Label.NEGATIVE, Label.NEUTRAL)
    assert view.toggled("labels", "neutral").of("labels") == ("negative",)


def test_there_is_one_owner_and_one_least_severity() -> None:
    view = View().toggled("owner", "Ana").toggled("owner", NOBODY)
    assert queue_filter(view, "").unassigned
    assert queue_filter(view, "").assignee == ""
    assert alert_filter(View().toggled("severity", "2"), "").min_severity is Severity.HIGH


def test_an_open_view_is_the_usual_list() -> None:
    assert queue_filter(View(), "A").states == (ConversationState.OPEN,)
    assert AlertState.FIRING in alert_filter(View(), "A").states
    assert stream_filter(View(), "A").networks == ()


def test_words_are_a_query() -> None:
    assert queue_filter(View(words="brakes"), "").query is not None


def test_what_is_chosen_is_said_in_words() -> None:
    use_language("en")
    view = View(words="brakes").toggled("networks", "hackernews").toggled("tags", "press")
    view = view.toggled("severity", "3").toggled("owner", NOBODY).toggled("states", "waiting")
    assert chips(view) == [
        "Hacker News",
        "#press",
        "at least CRIT",
        "nobody's",
        "waiting",
        "“brakes”",
    ]


def test_every_switch_can_be_switched_and_said() -> None:
    for panel in (Panel.QUEUE, Panel.ALERTS, Panel.STREAM):
        for choice in switches(panel, View(), OFFER):
            if choice.heading:
                continue
            assert isinstance(choice.value, tuple)
            view = View().toggled(*choice.value)
            assert chips(view) == [choice.label]
            assert any(one.on for one in switches(panel, view, OFFER))


def test_a_view_is_read_as_it_was_kept() -> None:
    view = View(words="a b").toggled("networks", "x").toggled("states", "snoozed")
    assert from_json(as_json(view)) == view


kept = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(chosen=kept, words=kept)
def test_whatever_was_kept_makes_a_view(chosen: object, words: object) -> None:
    view = from_json({"chosen": chosen, "words": words})
    chips(view)
    queue_filter(view, "")


def test_a_kept_value_nobody_knows_is_dropped() -> None:
    assert from_json({"chosen": [["labels", "furious"]], "words": ""}) == View()


def test_names_tags_reasons_and_mutes_take_new_words() -> None:
    use_language("en")
    assert [one.value for one in name_choices("", ["Léo"], "Ana")] == ["Léo", "Ana", ""]
    assert [one.value for one in name_choices("leo", ["Léo"], "Ana")] == ["Léo"]
    assert name_choices("Zed", ["Léo"], "Ana")[-1].value == "Zed"
    assert tag_choices("#new", ["old"], ["seen"])[-1].value == "new"
    assert [one.on for one in tag_choices("", ["old"], ["seen"])] == [True, False]
    assert reason_choices("it was a test")[-1].value == "it was a test"
    assert mute_choices("sale", "@ana")[-1].value == ("word", "sale")
