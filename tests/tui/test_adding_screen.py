"""Adding sources on screen: asked for, proposed, marked, written, heard at once, taken out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.config import Config, load_config
from listeners.discovery import Proposal, Verdict
from listeners.model import Sentence
from listeners.networks.registry import listener_class
from listeners.store import open_store
from tests.fake.hostile import HOSTILE
from tests.tui.driving import CONFIG, Driven, Engine, driven, until
from tests.tui.seeded import NOW
from tui.adding import MARKS, WORDS
from tui.commands.listening import Listening
from tui.screens.adding import AddingScreen
from tui.screens.rule_form import Typed
from tui.theme import DARK, palette
from tui.widgets.adding_rows import Offered, OfferedRows, offered_page
from tui.widgets.paint import text_of

STYLES = palette(DARK)
FEED = "https://kerlann.example/feed"


def proposal(
    network: str = "feeds", verdict: Verdict = Verdict.ANSWERED, what: str = FEED, **more: Any
) -> Proposal:
    source = {} if verdict is Verdict.ELSEWHERE else {"network": network, "what": what}
    return Proposal(
        network=network, verdict=verdict, source={**source, **more},
        hears=Sentence("the feed at {address}", {"address": what}),
        said=Sentence("“{title}”, entries: {count}.", {"title": "News", "count": 4}),
        needs=(Sentence("Free and without a key."),),
    )  # fmt: skip


FOUND = [
    proposal(),
    proposal("reddit", what="r/kerlann"),
    proposal("github", Verdict.NOTHING, "a/b"),
    proposal("x", Verdict.ELSEWHERE),
    proposal("youtube", Verdict.UNTRIED, "@kerlann", token="env:YOUTUBE_KEY"),
]


class Scripted:
    """A search that finds what it is told to; ``wait`` holds it before the last one."""

    def __init__(self, found: list[Proposal], wait: asyncio.Event | None = None) -> None:
        self.found = found
        self.wait = wait
        self.asked: list[str] = []

    def __call__(self, _fetch: object, *, known: object) -> Scripted:
        self.known = known
        return self

    async def look(self, text: str) -> AsyncGenerator[Proposal, None]:
        self.asked.append(text)
        for at, one in enumerate(self.found):
            if self.wait is not None and at == len(self.found) - 1:
                await self.wait.wait()
            yield one


class Adopted(Engine):
    """An engine that goes on by another configuration."""

    def __init__(self) -> None:
        super().__init__()
        self.configs: list[Config] = []

    async def adopt(self, config: Config) -> bool:
        self.configs.append(config)
        return True


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "hubbub.toml"
    path.write_text('# mine\n[brand."Aurora"]\n[[source]]\nnetwork = "gdelt"\n', encoding="utf-8")
    return replace(CONFIG, sources=load_config(path).sources, path=path)


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scripted]:
    def script(*arguments: Any) -> Scripted:
        made = Scripted(*arguments)
        monkeypatch.setattr(AddingScreen, "discovery", made)
        return made

    return script


async def asked(hub: Driven) -> None:
    """Look for something on the screen of adding."""
    hub.app.open_adding("kerlann")
    await until(lambda: isinstance(hub.screen, Typed))
    await hub.press("enter")


def named(hub: Driven) -> str:
    return type(hub.screen).__name__


def keys(config: Config) -> list[str]:
    assert config.path is not None
    return [source.key for source in load_config(config.path).sources]


@pytest.mark.parametrize("size", [(80, 24)])
async def test_what_is_typed_is_looked_for(
    tmp_path: Path, config: Config, search: Callable[..., Scripted], size: tuple[int, int]
) -> None:
    script = search(FOUND)
    async with driven(tmp_path, size, config=config, filled=False) as hub:
        await hub.press("5", "a", "k")
        assert named(hub) == "Typed"
        await hub.press("enter")
        assert named(hub) == "AddingScreen"
        assert script.asked == ["k"]
        assert script.known == ["gdelt:"]
        frame = hub.frame()
        for text in ("Add sources · k", "5 proposals", "the feed at https://kerlann.example",
                     "it answers · “News”", 'network = "feeds"'):  # fmt: skip
            assert text in frame, (text, frame)
        await hub.press("escape")
        assert named(hub) != "AddingScreen"


async def test_marked_ones_are_added_heard_at_once_and_taken_out(
    tmp_path: Path, config: Config, search: Callable[..., Scripted]
) -> None:
    search(FOUND)
    engine = Adopted()
    async with driven(tmp_path, config=config, engine=engine, filled=False) as hub:
        await asked(hub)
        before = hub.app.desk.outbox
        await hub.press("space", "space", "enter")
        assert hub.app.desk.outbox is not before
        assert keys(config) == ["gdelt:", f"feeds:{FEED}", "reddit:r/kerlann"]
        assert "2 sources added. The listening goes by it from now on." in hub.frame()
        assert [one.key for one in engine.configs[-1].sources] == keys(config)
        assert engine.configs[-1].member == "Ana"
        assert hub.app.desk.config == engine.configs[-1]
        assert hub.frame().count("already there") == 2
        await hub.press("z")
        assert keys(config) == ["gdelt:"]
        assert config.path is not None
        assert config.path.read_text(encoding="utf-8").startswith("# mine")
        assert "2 sources taken out." in hub.frame()
        assert "already there" not in hub.frame()
        await hub.press("z")
        assert "Nothing was added here yet." in hub.frame()


async def test_what_cannot_be_added_is_refused(
    tmp_path: Path, config: Config, search: Callable[..., Scripted]
) -> None:
    search(FOUND)
    async with driven(tmp_path, config=config, filled=False) as hub:
        await asked(hub)
        await hub.press("j", "j", "enter")
        assert "There is nothing here that could be added." in hub.frame()
        await hub.press("j", "enter")
        assert keys(config) == ["gdelt:"]
        await hub.press("j", "enter")
        assert keys(config) == ["gdelt:", "youtube:@kerlann"]
        assert "must be started anew" in hub.frame()


async def test_a_configuration_that_cannot_be_changed_is_said(
    tmp_path: Path, config: Config, search: Callable[..., Scripted]
) -> None:
    search(FOUND)
    async with driven(tmp_path, config=config, filled=False) as hub:
        await asked(hub)
        assert config.path is not None
        config.path.write_text('source = [{ network = "gdelt" }]\n', encoding="utf-8")
        await hub.press("enter")
        assert "cannot be changed safely" in hub.frame()


async def test_whoever_only_looks_adds_nothing(
    tmp_path: Path, config: Config, search: Callable[..., Scripted]
) -> None:
    search(FOUND)
    watching = replace(config, observers=("Ana",))
    async with driven(tmp_path, config=watching, filled=False) as hub:
        await asked(hub)
        await hub.press("enter")
        assert keys(config) == ["gdelt:"]


async def test_proposals_appear_as_they_come_and_escape_stops(
    tmp_path: Path, config: Config, search: Callable[..., Scripted]
) -> None:
    search(FOUND, asyncio.Event())
    async with driven(tmp_path, config=config, filled=False) as hub:
        hub.app.open_adding("kerlann")
        await until(lambda: named(hub) == "Typed")
        await hub.pilot.press("enter")
        await until(lambda: "the feed at" in hub.frame() and "Reddit" in hub.frame())
        assert "asking … · esc stops" in hub.frame()
        await hub.press("escape")
        assert named(hub) == "AddingScreen"
        assert "4 proposals" in hub.frame()
        await hub.press("escape")
        assert named(hub) != "AddingScreen"


async def test_nothing_found_is_said(
    tmp_path: Path, config: Config, search: Callable[..., Scripted]
) -> None:
    search([])
    async with driven(tmp_path, config=config, filled=False) as hub:
        await hub.press("5", "a", *"nobody", "enter")
        assert "Nothing was found for nobody." in hub.frame()


async def test_the_palette_knows_it_from_anywhere(tmp_path: Path, config: Config) -> None:
    async with driven(tmp_path, config=config, filled=False) as hub:
        hub.screen.action_hub("sources.add")
        await hub.settled()
        assert named(hub) == "Typed"


async def test_a_first_run_offers_its_website(
    tmp_path: Path, config: Config, search: Callable[..., Scripted]
) -> None:
    script = search(FOUND)
    async with driven(tmp_path, config=config, filled=False) as hub:
        hub.app.desk.website = "kerlann.example"
        hub.app.on_mount()
        await hub.settled()
        assert "kerlann.example" in hub.frame()
        # Nobody is asked before Enter, and one key leads on to the dashboard.
        await hub.press("escape")
        assert named(hub) == "Dashboard"
        assert script.asked == []
        hub.app.open_adding("kerlann.example")
        await until(lambda: named(hub) == "Typed")
        await hub.press("enter")
        assert script.asked == ["kerlann.example"]


# --- rows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("width", [40, 78, 120])
def test_every_verdict_has_a_mark_and_a_word(verdict: Verdict, width: int) -> None:
    row = Offered(1, proposal(verdict=verdict), present=False)
    rows = OfferedRows.lines(
        OfferedRows.__new__(OfferedRows), row, width, NOW, STYLES, chosen=True, marked=False
    )
    told = "\n".join(text_of(line) for line in rows)
    assert MARKS[verdict] in told
    assert WORDS[verdict] in told
    page = offered_page(row, listener_class("feeds").capability, width, STYLES)
    assert all(len(text_of(line)) <= width for line in page)
    lines = "\n".join(text_of(line) for line in page)
    assert ("[[source]]" in lines) is (verdict not in (Verdict.NOTHING, Verdict.ELSEWHERE))


def test_the_page_says_how_to_get_a_key() -> None:
    row = Offered(1, FOUND[-1], present=False)
    page = offered_page(row, listener_class("youtube").capability, 60, STYLES)
    told = "\n".join(text_of(line) for line in page)
    assert "How to get a key" in told
    assert "1. " in told


def test_hostile_names_stay_in_their_line() -> None:
    for _name, text in HOSTILE:
        row = Offered(1, proposal(what=text[:300]), present=False)
        for line in offered_page(row, None, 60, STYLES):
            assert "\n" not in text_of(line)
            assert "\x1b" not in text_of(line)


# --- listening goes on ----------------------------------------------------------------------------


class Listened:
    """An engine that counts itself."""

    def __init__(self) -> None:
        self.ended = False

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True

    def wake(self, key: str | None = None) -> int:
        return 1


async def test_another_configuration_is_listened_by_at_once(tmp_path: Path) -> None:
    made: list[Listened] = []

    async def make() -> Listened:
        made.append(Listened())
        await asyncio.sleep(0)
        return made[-1]

    async with open_store(tmp_path / "hubbub.db") as store:
        listening = Listening(store, CONFIG, make)
        # Not yet listening: kept for when it does.
        assert not await listening.adopt(CONFIG)
        assert made == []
        run = asyncio.ensure_future(listening.run())
        await until(lambda: listening.here)
        await asyncio.gather(listening.adopt(CONFIG), listening.adopt(CONFIG))
        await until(lambda: listening.here)
        assert [one.ended for one in made] == [True, True, False]
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        assert made[-1].ended
