"""The thread: whose voice it is, why it is here, why it sounds so, and where its links lead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import (
    MINUTE,
    AlertClass,
    AlertState,
    ConversationState,
    Engagement,
    Label,
    Micros,
    Part,
    Reason,
    SafeText,
    Sentence,
    Severity,
)
from listeners.rows import AlertRow, ConversationRow, EventRow, MentionRow, Note
from tests.tui.seeded import NOW
from tui.i18n import use_language
from tui.theme import DARK, palette
from tui.widgets.log_lines import log_lines
from tui.widgets.paint import Line, text_of, width_of
from tui.widgets.said_before import said_before
from tui.widgets.thread_lines import Acquaintance, Thread, Weight, head, messages

STYLES = palette(DARK)

MENTION = MentionRow(
    id=1,
    brand="A",
    network="mastodon",
    source="s",
    native_id="1",
    url="https://m.example/1",
    author_key="k",
    author=SafeText("@ana@m.example"),
    author_name=SafeText("Ana Ruiz"),
    author_role="journalist",
    followers=12_400,
    title=SafeText(""),
    text=SafeText("The brakes failed, see https://аpple.example/x and https://m.example/y"),
    raw_text="",
    lang="en",
    scorer="vader-en/1",
    compound=-0.62,
    label=Label.NEGATIVE,
    created_at=NOW,
    seen_at=NOW,
    sort_at=Micros(NOW - 30 * MINUTE),
    edited_at=None,
    deleted_at=None,
    parent=None,
    root=None,
    part=Part.OUTSIDE,
    history=False,
    private=False,
    conversation_id=1,
    needs_reply=Reason("A6", Sentence("a journalist writes")),
    reasons=(Sentence("names {word}", {"word": "Aurora"}),),
    engagement=Engagement(),
    rating=None,
)
TALK = ConversationRow(
    id=1,
    version=1,
    brand="A",
    network="mastodon",
    state=ConversationState.OPEN,
    title=SafeText(""),
    excerpt=SafeText(""),
    url="",
    author=SafeText("@ana"),
    author_name=SafeText("Ana"),
    author_role="journalist",
    followers=None,
    label=Label.NEGATIVE,
    compound=-0.62,
    waiting_since=Micros(NOW - 30 * MINUTE),
    due_at=Micros(NOW - 5 * MINUTE),
    tier=1,
    score=1.0,
    manual_priority=None,
    reasons=(Sentence("risk"), Sentence("journalist")),
    needs_reply=True,
    assignee="Léo",
    tags=(SafeText("press"),),
    snoozed_until=None,
    snooze_kind="",
    reopened=2,
    messages=3,
    notes=1,
    opened_at=NOW,
    last_at=NOW,
)
OURS = replace(
    MENTION,
    id=2,
    part=Part.OURS,
    author_name=SafeText("Aurora"),
    author_role="",
    text=SafeText("We are on it."),
    needs_reply=None,
    sort_at=Micros(NOW - 20 * MINUTE),
)
OTHER = replace(OURS, id=3, part=Part.THIRD_PARTY, author_name=SafeText("Zoé"), sort_at=NOW)
THREAD = Thread(
    TALK,
    (MENTION, OURS, OTHER),
    (Note(id=1, at=Micros(NOW - MINUTE), author=SafeText("Léo"), text=SafeText("called her")),),
    Acquaintance(3, False, Label.NEGATIVE, -0.5),
    (Weight("failed", -2.3),),
)


def said(lines: list[Line]) -> str:
    use_language("en")
    return "\n".join(text_of(line) for line in lines)


def test_the_head_says_who_and_why() -> None:
    use_language("en")
    words = said(head(THREAD, 100, NOW, STYLES))
    for expected in (
        "Ana Ruiz  @ana@m.example",
        "Mastodon · journalist · 12.4K followers · 3 mentions before · last ▼ -0.50",
        "overdue 5m · risk · journalist",
        "a journalist writes  A6",
        "▼ -0.62  failed -2.3",
        "names Aurora",
        "open · → Léo · reopened 2 times · #press",
    ):
        assert expected in words


def test_each_voice_has_its_own_sign_and_word() -> None:
    use_language("en")
    words = said(messages(THREAD, 80, NOW, STYLES).lines)
    assert "┃ Ana Ruiz journalist" in words
    assert "    ┃ Aurora us" in words
    assert "┊ Zoé others" in words
    assert "✎ Léo  note" in words
    assert words.index("Aurora us") < words.index("called her") < words.index("Zoé")


def test_links_show_their_real_host_and_false_ones_are_pointed_out() -> None:
    use_language("en")
    words = said(messages(THREAD, 120, NOW, STYLES).lines)
    assert "↗ xn--pple-43d.example ⚠ mixes alphabets · m.example" in words


def test_the_words_that_made_the_mood_stand_out() -> None:
    lines = messages(THREAD, 200, NOW, STYLES).lines
    marked = [text for line in lines for text, style in line if style.underline]
    assert marked[0] == "failed"


def test_the_focus_is_the_oldest_message_that_waits() -> None:
    later = replace(MENTION, id=9, sort_at=NOW)
    assert THREAD._replace(mentions=(MENTION, OURS, later)).focus == MENTION
    waiting = replace(TALK, waiting_since=Micros(NOW - MINUTE))
    assert THREAD._replace(conversation=waiting, mentions=(MENTION, later)).focus == later
    assert THREAD._replace(at=2).focus == OURS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (replace(MENTION, deleted_at=NOW, text=SafeText("")), "The text is gone at the source."),
        (replace(MENTION, edited_at=NOW), "edited 14:42"),
        (replace(MENTION, rating=2), "2 stars"),
        (replace(MENTION, private=True), "private"),
    ],
)
def test_what_happened_to_a_message_is_said(change: MentionRow, words: str) -> None:
    use_language("en")
    thread = THREAD._replace(mentions=(change,))
    assert words in said(messages(thread, 90, NOW, STYLES).lines)


def test_what_has_no_scorer_says_so() -> None:
    use_language("en")
    unscored = replace(MENTION, label=Label.UNSCORED, compound=None, lang="ja")
    thread = THREAD._replace(mentions=(unscored,), weights=())
    assert "no scorer for Japanese" in said(head(thread, 90, NOW, STYLES))


def test_a_long_thread_shows_its_newest_messages_and_counts_the_rest() -> None:
    use_language("en")
    many = tuple(replace(OURS, id=at, sort_at=Micros(NOW + at)) for at in range(10, 260))
    words = said(messages(THREAD._replace(mentions=many), 60, NOW, STYLES).lines)
    assert words.startswith("50 earlier messages")


def test_an_alert_explains_itself() -> None:
    use_language("en")
    alert = AlertRow(
        id=1,
        version=1,
        brand="A",
        alert_class=AlertClass.IMAGE,
        rule="surge",
        scope=SafeText("A"),
        severity=Severity.CRITICAL,
        state=AlertState.SNOOZED,
        title=Sentence("58 mentions"),
        explanation=(Sentence("14 are usual"), Sentence("1 in 20,000")),
        first_at=NOW,
        last_at=NOW,
        count=3,
        owner="Ana",
        acked_at=None,
        snoozed_until=None,
        dismissed_reason="",
        thin_baseline=True,
        evidence=(1,),
    )
    words = said(head(Thread(alert=alert), 100, NOW, STYLES))
    for expected in ("CRIT", "snoozed until it gets worse", "→ Ana", "14 are usual", "thin:"):
        assert expected in words


def test_the_log_says_who_did_what_and_what_was_undone() -> None:
    use_language("en")
    event = EventRow(
        id=1,
        at=NOW,
        actor=SafeText("Ana"),
        verb="snooze",
        subject_kind="conversation",
        subject_id=1,
        before={"state": "open", "snoozed_until": None},
        after={"state": "snoozed", "snoozed_until": NOW + 30 * MINUTE},
        undone=True,
    )
    words = said(log_lines([event], 60, NOW, STYLES))
    assert words == "14:42  Ana snoozed it  undone\n  state open → snoozed  until 15:12  "
    assert "Nothing was done yet." in said(log_lines([], 60, NOW, STYLES))


texts = st.text(max_size=200).map(SafeText)


@given(text=texts, name=texts, width=st.integers(24, 120))
def test_whatever_is_said_fits_the_width(text: SafeText, name: SafeText, width: int) -> None:
    mention = replace(MENTION, text=text, author_name=name, author=name)
    thread = THREAD._replace(mentions=(mention,), weights=(Weight("a", 1.0), Weight("(", -1.0)))
    lines = [
        *messages(thread, width, NOW, STYLES).lines,
        *head(thread, width, NOW, STYLES),
        *said_before([mention], width, NOW, STYLES),
    ]
    assert all(width_of(line) <= width for line in lines)
