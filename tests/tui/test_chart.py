"""The chart and the sentiment panel: what stands where, and that figures add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import HOUR, MINUTE, Micros
from listeners.rows import Bucket
from tests.tui.seeded import NOW
from tui.i18n import use_language
from tui.session import ChartRange
from tui.theme import ANSI_DARK, DARK, palette
from tui.widgets.chart import GUTTER, columns, mirrored, split_bar
from tui.widgets.paint import text_of, width_of
from tui.widgets.sentiment import Mood, headline, network_table, panel_lines

STYLES = palette(DARK)
START = Micros(NOW // HOUR * HOUR)


def bucket(at: int, positive: int = 0, neutral: int = 0, negative: int = 0) -> Bucket:
    total = positive + neutral + negative
    return Bucket(Micros(START + at * MINUTE), total, negative, neutral, positive, 0, 0.0)


counts = st.integers(0, 500)
buckets = st.lists(st.tuples(counts, counts, counts), min_size=1, max_size=80).map(
    lambda rows: [bucket(at, *row) for at, row in enumerate(rows)]
)


def test_good_stands_above_the_axis_and_bad_below_on_one_scale() -> None:
    lines = [text_of(line) for line in mirrored([bucket(0, 8), bucket(1, 0, 0, 8)], 7, 10, STYLES)]
    axis = next(at for at, line in enumerate(lines) if "├" in line)
    assert lines[0][GUTTER] == "█"
    assert all(line[GUTTER + 1] == " " for line in lines[:axis])
    assert all(line[GUTTER] == " " for line in lines[axis + 1 : -1])
    assert lines[axis + 1][GUTTER + 1] == "█"
    assert axis == len(lines) - 1 - axis - 1


def test_what_has_no_score_lies_in_dots_on_what_is_neutral() -> None:
    def column(neutral: int, unscored: int, positive: int = 0) -> str:
        total = positive + neutral + unscored
        rows = [Bucket(START, total, 0, neutral, positive, unscored, 0.0)]
        lines = [text_of(line) for line in mirrored(rows, 6, 11, STYLES)]
        return "".join(line[GUTTER] for line in lines[:8]).strip()

    assert column(8, 0) == "████████"
    assert column(0, 8) == "░░░░░░░░"
    assert column(2, 6) == "░░░░░░██"
    assert column(3, 2, 3) == "░░██████"
    assert column(1, 1) == "░░██"
    # Less than half a cell is less than half a cell.
    assert column(40, 3) == "▄███████"
    assert column(30, 10)[0] == "░"
    assert "░" not in column(0, 1, 40)


def test_a_single_mention_does_not_fill_the_chart() -> None:
    lines = [text_of(line) for line in mirrored([bucket(0, 1)], 6, 12, STYLES)]
    assert lines[0][GUTTER] == " "
    assert any(len(line) > GUTTER and line[GUTTER] == "█" for line in lines)


@given(rows=buckets, width=st.integers(10, 90), height=st.integers(4, 30))
def test_every_line_fits_and_there_are_as_many_as_asked(
    rows: list[Bucket], width: int, height: int
) -> None:
    lines = mirrored(rows, width, height, STYLES)
    assert len(lines) == height
    assert all(width_of(line) <= width for line in lines)


@given(rows=buckets, width=st.integers(1, 90))
def test_columns_lose_no_mention(rows: list[Bucket], width: int) -> None:
    cells = columns(rows, width)
    assert len(cells) <= width
    distinct = {cell.start: cell for cell in cells}
    assert sum(cell.negative for cell in distinct.values()) == sum(one.negative for one in rows)
    assert sum(cell.positive for cell in distinct.values()) == sum(one.positive for one in rows)


@given(row=st.tuples(counts, counts, counts), width=st.integers(1, 40))
def test_a_split_bar_is_as_long_as_asked(row: tuple[int, int, int], width: int) -> None:
    assert width_of(split_bar(bucket(0, *row), width, STYLES)) == width


@pytest.mark.parametrize(
    ("mood", "usual", "words"),
    [
        (0.4, 0.1, "▲ better than usual"),
        (-0.4, 0.1, "▼ worse than usual"),
        (0.12, 0.1, "· as usual"),
        (0.4, None, "no usual mood yet"),
        (None, 0.1, "nothing scored"),
    ],
)
def test_the_mood_is_said_in_words(mood: float | None, usual: float | None, words: str) -> None:
    use_language("en")
    lines = headline(Mood(mood=mood, usual=usual, rate=3), 100, STYLES, big=False)
    assert words in text_of(lines[0])


def test_the_large_figure_has_the_decimal_sign_of_the_language() -> None:
    try:
        for spoken, sign in (("en", "▀"), ("fr", "█")):
            use_language(spoken)
            lines = headline(Mood(mood=0.11, rate=3), 100, STYLES, big=True)
            assert text_of(lines[2]).lstrip().split()[1] == sign
    finally:
        use_language("en")


def test_what_is_missing_is_said() -> None:
    use_language("en")
    (line,) = headline(Mood(mood=0.2, unscored_share=0.12), 120, STYLES, big=False)
    assert "12% unscored" in text_of(line)


def test_the_busiest_network_comes_first_and_the_rest_is_counted() -> None:
    use_language("en")
    networks = tuple((f"net{at}", bucket(0, at)) for at in range(1, 9))
    lines = [text_of(line) for line in network_table(networks, 40, 4, STYLES)]
    assert lines[0].startswith("Net8")
    assert lines[-1] == "and 5 more"
    assert len(lines) == 4


@given(width=st.integers(1, 220), height=st.integers(1, 60))
@pytest.mark.parametrize("theme", [DARK, ANSI_DARK])
def test_the_panel_fits_any_size(theme: str, width: int, height: int) -> None:
    data = Mood(
        mood=-0.31,
        usual=0.2,
        rate=1234,
        rate_usual=60,
        unscored_share=0.4,
        range=ChartRange.HOUR,
        buckets=tuple(bucket(at, at % 7, at % 3, at % 5) for at in range(60)),
        networks=(("mastodon", bucket(0, 5, 3, 2)), ("hackernews", bucket(0, 1))),
    )
    assert len(panel_lines(data, width, height, palette(theme))) <= height
