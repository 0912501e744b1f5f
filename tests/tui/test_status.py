"""The line at the top and the line of keys: what is kept where room is scarce."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import SafeText, Severity
from listeners.rows import StatusLine
from tui.actions import Panel, footer_actions
from tui.i18n import use_language
from tui.theme import DARK, palette
from tui.widgets.key_line import key_name
from tui.widgets.paint import text_of, width_of
from tui.widgets.status import Top, fitted, segments

STYLES = palette(DARK)
BUSY = StatusLine(
    mood=-0.31,
    mood_usual=0.12,
    rate=87,
    rate_usual=40,
    unscored_share=0.1,
    open=41,
    overdue=12,
    due_soon=3,
    alerts={Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.WARN: 5},
    sources_total=6,
    sources_trouble=(SafeText("Cycling blogs"), SafeText("Mastodon")),
    catching_up=1,
)
TOP = Top(figures=BUSY, brand="Aurora Bikes", lag=3 * 3600)


def line(top: Top, width: int) -> str:
    use_language("en")
    return text_of(fitted(segments(top, STYLES), width, (" │ ", STYLES.ghost)))


def test_everything_is_said_where_there_is_room() -> None:
    assert line(TOP, 240).strip() == (
        "hubbub  Aurora Bikes │ mood ▼ -0.31 usual +0.12 │ 87/h usual 40 │ "
        "41 open 12 overdue 3 due soon │  1 CRIT  2 HIGH 5 WARN │ ↻ catching up 3h │ "
        "⚠ Cycling blogs, Mastodon"
    )


def test_at_eighty_columns_the_important_stays() -> None:
    short = line(TOP, 80)
    for words in ("hubbub", "-0.31", "41 open 12 overdue", "1 CRIT", "⚠ 2"):
        assert words in short


def test_at_sixty_columns_late_answers_and_alerts_stay() -> None:
    short = line(TOP, 60)
    assert "12 overdue" in short
    assert "1 CRIT" in short


@given(width=st.integers(1, 240), demo=st.booleans(), paused=st.booleans())
def test_it_always_fits(width: int, demo: bool, paused: bool) -> None:
    top = TOP._replace(demo=demo, paused=paused, trouble="The disk is full.")
    assert width_of(fitted(segments(top, STYLES), width, (" │ ", STYLES.ghost))) <= width


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (replace(BUSY, sources_total=0), "no sources"),
        (replace(BUSY, mood=None), "mood ○ —"),
        (replace(BUSY, open=0, overdue=0, due_soon=0), "0 open"),
    ],
)
def test_what_is_not_there_is_said(figures: StatusLine, words: str) -> None:
    assert words in line(TOP._replace(figures=figures), 240)


def test_a_demonstration_is_marked_at_any_width() -> None:
    for width in (60, 80, 200):
        assert " DEMO " in line(TOP._replace(demo=True), width)


def test_a_store_that_cannot_be_written_comes_before_all() -> None:
    assert "⚠ The disk is full." in line(TOP._replace(trouble="The disk is full."), 80)


def test_at_most_eight_keys_are_promised_first_and_help_is_the_last() -> None:
    for panel in Panel:
        actions = footer_actions(panel)
        assert actions[-1].id == "help"


@pytest.mark.parametrize(
    ("key", "name"), [("ctrl+p", "^p"), ("question_mark", "?"), ("escape", "esc"), ("G", "G")]
)
def test_keys_are_named_as_on_the_keyboard(key: str, name: str) -> None:
    assert key_name(key) == name
