"""Reports as they are written out: valid, quiet, honest, and harmless whatever was said."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import html5lib
import pytest

from listeners.clock import from_iso
from listeners.config import Config
from listeners.reports.period import Report, report
from listeners.reports.stretches import week
from listeners.store import open_store
from tests.listeners.reports.busy_month import CONFIG, HOSTILE, NOW, fill_month
from tests.listeners.voice.talk import OURS, fill
from tui.i18n import use_language, use_zone
from tui.reporting.days import long_day, short_day, stretch_name
from tui.reporting.document import Cell, Chart, Grid, Series
from tui.reporting.html import page
from tui.reporting.markdown import code, markdown
from tui.reporting.page import document
from tui.reporting.summary import mood, volume
from tui.reporting.svg import bars, nice

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(autouse=True)
def _here() -> Iterator[None]:
    use_zone(UTC)
    use_language("en")
    yield
    use_language("en")
    use_zone(None)


async def _report(path: Path, config: Config, *, empty: bool = False) -> Report:
    async with open_store(path) as store:
        await (fill(store, [], NOW) if empty else fill_month(store))
        return await report(store, config, OURS, week("", NOW, UTC), NOW, zone=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return asyncio.run(_report(tmp_path_factory.mktemp("store") / "hubbub.db", CONFIG))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("store") / "hubbub.db"
    return asyncio.run(_report(path, Config(), empty=True))


def _tree(text: str) -> Element:
    """Read a page as a strict reader does: any fault of its grammar is raised."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)  # type: ignore[no-any-return]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_valid_and_asks_for_nothing(made: Report, language: str) -> None:
    use_language(language)
    text = page(document(made))
    tree = _tree(text)
    assert tree.get("lang") == language
    names = {one.tag.rpartition("}")[2] for one in tree.iter() if isinstance(one.tag, str)}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    (policy,) = [one.get("content") for one in tree.iter("meta") if one.get("http-equiv")]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    for one in tree.iter():
        asks = {"src", "srcset", "action", "data", "poster", "style", "background"}
        assert not asks & set(one.keys())
        assert not any(name.startswith("on") for name in one.keys())  # noqa: SIM118
        for name, value in one.items():
            if name.endswith("href"):
                assert one.tag == "a"
                assert value.startswith(("#", "https://", "http://"))
    (style,) = [one.text or "" for one in tree.iter("style")]
    assert "url(" not in style
    assert "@import" not in style
    assert "@media print" in style


def test_what_strangers_wrote_stays_text(made: Report) -> None:
    text = page(document(made))
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert HOSTILE in "".join(_tree(text).itertext())
    paper = markdown(document(made))
    assert "<script" not in re.sub(r"`[^`]*`", "", paper).replace("\\<", "")
    assert "\\[y\\](http" in paper


def test_figures_lead_to_their_commands(made: Report) -> None:
    text = page(document(made))
    tree = _tree(text)
    notes = {one.get("id"): "".join(one.itertext()) for one in tree.iter("li") if one.get("id")}
    asked = [one for one in tree.iter("a") if (one.get("href") or "").startswith("#rows-")]
    assert len(asked) > 25
    for one in asked:
        assert notes[str(one.get("href"))[1:]] == one.get("title")
    listed = re.findall(r"^\d+\. `(hubbub .*)`$", markdown(document(made)), re.MULTILINE)
    assert listed == list(notes.values())
    assert any("--label negative" in one for one in listed)


def test_markdown_has_all_tables_whole(made: Report) -> None:
    lines = markdown(document(made)).splitlines()
    tables = [line for line in lines if line.startswith("|")]
    bars_of = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    for at, line in enumerate(lines):
        if line.startswith("| ---"):
            width = len(re.findall(r"(?<!\\)\|", line))
            assert len(re.findall(r"(?<!\\)\|", lines[at - 1])) == width
            assert len(re.findall(r"(?<!\\)\|", lines[at + 1])) == width
    assert len(bars_of) > 60


def test_an_empty_part_says_why(nothing: Report) -> None:
    told = markdown(document(nothing))
    assert volume(nothing) == f"Nothing was heard of {OURS} in this time."
    assert mood(nothing) == "Nothing of it has a sentiment."
    for sentence in (
        "No alert was raised in this time, and none went on.",
        "No campaign ran in this time.",
        "Nothing was planned for this time.",
        "Nothing waits for a decision now.",
        "No competitor is set up",
        "The brand was not listened to in this time.",
    ):
        assert sentence in told
    section = re.compile(r"^#{2,3} .*\n\n(?=#|\Z)", re.MULTILINE)
    without_body = section.findall(told.replace("## Details\n\n", ""))
    assert without_body == []
    _tree(page(document(nothing)))


def test_days_in_full() -> None:
    at = from_iso("2026-11-16T10:00:00Z")
    stretch = week("2026-W47", NOW, UTC)
    assert (long_day(at), short_day(at)) == ("Monday 16 November", "Mon 16")
    assert stretch_name(stretch) == "Week 47 of 2026"
    use_language("fr")
    assert (long_day(at, year=True), short_day(at)) == ("lundi 16 novembre 2026", "lun. 16")
    assert long_day(from_iso("2026-12-01T00:00:00Z")) == "mardi 1er décembre"


def _chart(values: list[int], **other: list[int]) -> Chart:
    series = [Series("all <b>", values, "plain")]
    series += [Series(name, more, "negative") for name, more in other.items()]
    labels = [f"day {place}" for place in range(len(values))]
    return Chart("Title & <i>", labels, series, "told <u>", "day")


def test_bars_are_as_high_as_their_values() -> None:
    root = fromstring(bars(_chart([0, 5, 10]), "c"))
    boxes = [one for one in root.iter("rect") if one.get("y") is not None]
    high = [float(one.get("height", "0")) for one in boxes]
    assert len(high) == 2
    assert high[1] == pytest.approx(2 * high[0], abs=0.2)
    texts = [one.text for one in root.iter("text")]
    assert "5" in texts
    assert "10" in texts
    assert [one.text for one in root.iter("title")] == ["Title & <i>"]
    assert [one.text for one in root.iter("desc")] == ["told <u>"]
    assert root.get("role") == "img"


def test_stacked_bars_stand_on_each_other_and_are_explained() -> None:
    root = fromstring(bars(_chart([3], bad=[4]), "c"))
    below, above = [one for one in root.iter("rect") if one.get("y") is not None][:2]
    assert float(above.get("y", "0")) + float(above.get("height", "0")) == pytest.approx(
        float(below.get("y", "0")), abs=0.2
    )
    assert above.get("fill") == "url(#c-hatch)"
    assert {"all <b>", "bad"} <= {one.text for one in root.iter("text")}


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, 7, 10, 11, 49, 50, 51, 99, 100, 12_345, 10**9])
def test_the_top_of_an_axis_is_round_and_high_enough(value: int) -> None:
    top = nice(value)
    assert top >= max(value, 1)
    assert top <= max(4, 2.5 * value)
    assert set(str(top)[1:]) <= {"0"}


def test_code_holds_any_backtick() -> None:
    assert code("a") == "`a`"
    assert code("a`b``c") == "``` a`b``c ```"


def test_figures_stand_to_the_right_and_words_to_the_left() -> None:
    rows = [
        [Cell("1"), Cell("1h20"), Cell("+0.21 ±0.08"), Cell("resolved"), Cell("12,3\u00a0k")],
        [Cell("2"), Cell("–"), Cell("–"), Cell("3 behind, and more"), Cell("118\u00a0%")],
    ]
    grid = Grid(["a", "b", "c", "d", "e"], rows)
    assert [grid.is_figures(place) for place in range(5)] == [False, True, True, False, True]


@pytest.mark.servers
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to draw the page")
def test_a_browser_draws_it(made: Report, tmp_path: Path) -> None:
    source, picture = tmp_path / "report.html", tmp_path / "report.png"
    source.write_text(page(document(made)), encoding="utf-8")
    assert CHROMIUM is not None
    subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=900,3000",
         f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={picture}", source.as_uri()],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size > 40_000
