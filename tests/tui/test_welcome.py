"""The first screen: a name is enough, nothing is written before Enter, leaving leaves nothing."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from listeners.config import load_config
from listeners.model import Sentence
from listeners.networks import registry
from listeners.networks.contract import Capability
from listeners.query import query_for_brand
from tests.fake.hostile import HOSTILE
from tests.tui.driving import until
from tui.first_run import (
    AT_ONCE,
    FirstBrand,
    FirstRunError,
    Wait,
    read_handles,
    read_name,
    read_website,
    starts,
)
from tui.i18n import use_language
from tui.screens.welcome import (
    Demonstration,
    Started,
    WelcomeApp,
    WelcomeScreen,
    preview_lines,
)
from tui.sources import short_title
from tui.theme import DARK, palette
from tui.widgets.paint import text_of as text_of_line

OFFERED = (
    Capability(network="bluesky", title="Bluesky", stream=True, works_without_key=True),
    Capability(network="mastodon", title="Mastodon", works_without_key=True),
    Capability(network="hackernews", title="Hacker News", works_without_key=True),
    Capability(network="feeds", title="Feeds", works_without_key=True),
    Capability(network="reddit", title="Reddit", needs_token=True),
    Capability(network="import", title="Drop folder", works_without_key=True, by_hand=True),
)
NETWORKS = [one.network for one in OFFERED if not one.by_hand]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)


def text_of(path: Path) -> str:
    return path.read_text()


# --- what is typed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("", {}),
        (" , ;\n", {}),
        ("bluesky: @acme.example", {"bluesky": ("@acme.example",)}),
        ("@acme@social.example", {"mastodon": ("@acme@social.example",)}),
        ("acme.example", {"bluesky": ("acme.example",)}),
        (
            "Bluesky: a.example, mastodon=@a@b.example; hackernews: acme",
            {
                "bluesky": ("a.example",),
                "mastodon": ("@a@b.example",),
                "hackernews": ("acme",),
            },
        ),
        ("bluesky: a.example, bluesky: b.example", {"bluesky": ("a.example", "b.example")}),
    ],
)
def test_handles_are_read(text: str, handles: dict[str, tuple[str, ...]]) -> None:
    assert read_handles(text, NETWORKS) == handles


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@acme", "Which network is @acme on?"),
        ("blusky: @acme", "did you mean bluesky?"),
        ("myspace: acme", "It knows: bluesky, mastodon"),
    ],
)
def test_handles_that_tell_no_network_are_asked_about(text: str, said: str) -> None:
    with pytest.raises(FirstRunError, match=said.replace("?", r"\?")):
        read_handles(text, NETWORKS)


@pytest.mark.parametrize("text", ["", "  ", "!!!", "\x1b]0;x\x07", "—"])
def test_a_name_needs_something_to_search(text: str) -> None:
    with pytest.raises(FirstRunError):
        read_name(text)


def test_a_name_is_cleaned() -> None:
    assert read_name("  Café\x1b[2J  Lumière \u202e") == "Café Lumière"


@pytest.mark.parametrize("text", ["not a site", "javascript:alert(1)", "acme"])
def test_a_website_is_an_address(text: str) -> None:
    with pytest.raises(FirstRunError):
        read_website(text)


def test_only_what_needs_no_key_starts() -> None:
    found = starts(FirstBrand("Acme"), OFFERED)
    assert [one.capability.network for one in found if one.at_once] == [
        "bluesky",
        "mastodon",
        "hackernews",
    ]
    assert [one.capability.network for one in found if not one.at_once] == [
        "feeds",
        "reddit",
        "import",
    ]


def test_what_developers_or_nobody_vouches_for_waits_for_a_wish() -> None:
    offered = (
        *OFFERED,
        Capability(network="github", title="GitHub", works_without_key=True),
        Capability(network="gdelt", title="News", works_without_key=True),
        Capability(
            network="appstore", title="App Store", works_without_key=True, needs=Sentence("An app.")
        ),
    )
    waits = {
        one.capability.network: None if one.at_once else one.waits
        for one in starts(FirstBrand("Acme"), offered)
    }
    assert waits == {
        "bluesky": None,
        "mastodon": None,
        "hackernews": None,
        "gdelt": None,
        "feeds": Wait.PLACE,
        "reddit": Wait.KEY,
        "import": Wait.PLACE,
        "github": Wait.WISH,
        "appstore": Wait.PLACE,
    }


def test_what_starts_at_once_needs_no_key() -> None:
    for network in AT_ONCE:
        if network in registry.NETWORKS:
            capability = registry.listener_class(network).capability
            assert capability.works_without_key, network


@pytest.mark.parametrize("width", [30, 52, 72])
def test_twenty_networks_are_told_in_a_few_lines(width: int) -> None:
    offered = [listener.capability for listener in map(registry.listener_class, registry.NETWORKS)]
    lines = [
        text_of_line(line)
        for line in preview_lines(starts(FirstBrand("Acme"), offered), width, palette(DARK))
    ]
    said = " ".join(" ".join(lines).split())
    assert all(len(line) <= max(width, 32) for line in lines)
    assert all(short_title(one) in said for one in offered)
    assert said.index("✓ Bluesky") < said.index("with a key:")
    if width >= 72:
        assert len(lines) <= 10


def test_a_feed_starts_with_its_address_and_a_plain_website_does_not() -> None:
    plain = starts(FirstBrand("Acme", website="acme.example"), OFFERED)
    assert not next(one for one in plain if one.capability.network == "feeds").at_once
    feed = starts(FirstBrand("Acme", website="acme.example/feed.xml"), OFFERED)
    (source,) = next(one for one in feed if one.capability.network == "feeds").sources
    assert source == {"network": "feeds", "what": "https://acme.example/feed.xml"}


def test_a_forum_does_not_start_without_its_address() -> None:
    forum = Capability(network="discourse", title="Discourse", works_without_key=True)
    (start,) = starts(FirstBrand("Acme"), [forum])
    assert not start.at_once


def test_a_server_our_account_is_on_is_listened_to_as_well() -> None:
    brand = FirstBrand("Acme", {"mastodon": ("@acme@Social.example", "@acme@mastodon.social")})
    found = next(one for one in starts(brand, OFFERED) if one.capability.network == "mastodon")
    assert found.sources == (
        {"network": "mastodon"},
        {"network": "mastodon", "base_url": "https://social.example"},
    )


# --- the screen ---------------------------------------------------------------------------------


class Asked:
    """The welcome screen under a pilot."""

    def __init__(self, app: WelcomeApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> WelcomeScreen:
        screen = self.app.screen
        assert isinstance(screen, WelcomeScreen)
        return screen

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    async def shows(self, text: str) -> None:
        await until(lambda: text in self.text)

    async def type(self, text: str) -> None:
        for character in text:
            await self.pilot.press("space" if character == " " else character)


@pytest.fixture(autouse=True)
def _networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "capabilities", lambda: OFFERED)
    use_language("en")
    yield
    use_language("en")


Asking = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "hubbub" / "hubbub.toml"


@asynccontextmanager
async def asking(path: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Asked]:
    app = WelcomeApp(path)
    async with app.run_test(size=size) as pilot:
        asked = Asked(app, pilot)
        await until(lambda: isinstance(app.screen, WelcomeScreen))
        await asked.shows("3 networks start at once")
        yield asked


async def test_a_name_and_enter_begin(path: Path) -> None:
    async with asking(path) as asked:
        await asked.type("Acme")
        assert not path.parent.parent.exists()
        await asked.pilot.press("enter")
        await until(lambda: asked.app.return_value is not None)
    assert asked.app.return_value == Started(path)
    config = load_config(path)
    assert [brand.name for brand in config.brands] == ["Acme"]
    assert [source.network for source in config.sources] == ["bluesky", "mastodon", "hackernews"]
    assert mode(path) == 0o600
    query_for_brand(config.brands[0])


async def test_accounts_and_website_are_written_too(path: Path) -> None:
    async with asking(path) as asked:
        await asked.type("Acme")
        await asked.pilot.press("tab")
        await asked.type("@acme@social.example")
        await asked.pilot.press("tab")
        await asked.type("acme.example/feed.xml")
        await asked.shows("4 networks start at once")
        await asked.pilot.press("enter")
        await until(lambda: asked.app.return_value is not None)
    config = load_config(path)
    assert dict(config.brands[0].handles) == {"mastodon": ("@acme@social.example",)}
    assert config.brands[0].websites == ("acme.example/feed.xml",)
    assert any(source.base_url == "https://social.example" for source in config.sources)


@pytest.mark.parametrize("keys", [["q"], ["escape"], ["ctrl+q"], ["A", "escape", "escape"]])
async def test_leaving_leaves_nothing_behind(path: Path, keys: list[str]) -> None:
    async with asking(path) as asked:
        for key in keys:
            await asked.pilot.press(key)
        await until(lambda: not asked.app.is_running)
    assert asked.app.return_value is None
    assert list(path.parents[2].iterdir()) == []


@pytest.mark.parametrize("keys", [["d"], ["A", "f5"], ["f5"]])
async def test_the_demonstration_is_one_key_away(path: Path, keys: list[str]) -> None:
    async with asking(path) as asked:
        for key in keys:
            await asked.pilot.press(key)
        await until(lambda: asked.app.return_value is not None)
    assert asked.app.return_value == Demonstration()
    assert not path.parent.exists()


async def test_d_is_a_letter_once_a_name_was_begun(path: Path) -> None:
    async with asking(path) as asked:
        await asked.type("Adidas")
        await until(lambda: asked.screen.name_field.field.value == "Adidas")
        assert asked.app.return_value is None


async def test_a_letter_on_its_way_while_the_focus_moves_is_not_lost(path: Path) -> None:
    async with asking(path) as asked:
        await asked.pilot.press("A")
        await until(lambda: asked.screen.focused is asked.screen.name_field.field)
        asked.screen._forward_event(events.Key("c", "c"))
        await until(lambda: asked.screen.name_field.field.value == "Ac")


async def test_keys_hold_for_a_name_that_begins_with_d_inside_the_field(path: Path) -> None:
    async with asking(path) as asked:
        await asked.pilot.press("enter")
        await until(lambda: asked.screen.focused is asked.screen.name_field.field)
        await asked.type("deezer")
        await until(lambda: asked.screen.name_field.field.value == "deezer")
        assert asked.app.return_value is None


async def test_what_is_missing_is_said_and_nothing_written(path: Path) -> None:
    async with asking(path) as asked:
        await asked.pilot.press("enter")
        await asked.pilot.press("enter")
        await asked.shows("Type the name people use")
        await asked.type("Acme")
        await asked.pilot.press("tab")
        await asked.type("@acme")
        await asked.pilot.press("enter")
        await asked.shows("Which network is @acme on?")
        assert not path.parent.exists()


async def test_an_existing_configuration_is_never_replaced(path: Path) -> None:
    write(path, "# mine\n")
    async with asking(path) as asked:
        await asked.type("Acme")
        await asked.pilot.press("enter")
        await asked.shows("exists already")
    assert text_of(path) == "# mine\n"


async def test_the_mouse_presses_the_keys_at_the_bottom(path: Path) -> None:
    async with asking(path) as asked:
        place = asked.text.splitlines()
        row = next(at for at, line in enumerate(place) if "demonstration" in line)
        await asked.pilot.click(offset=(place[row].index("demonstration") + 2, row))
        await until(lambda: asked.app.return_value is not None)
    assert asked.app.return_value == Demonstration()


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (120, 40), (200, 60), (30, 8), (1, 1)])
async def test_every_size_is_survived(path: Path, size: tuple[int, int]) -> None:
    app = WelcomeApp(path)
    async with app.run_test(size=size) as pilot:
        await until(lambda: isinstance(app.screen, WelcomeScreen))
        await pilot.press("A", "tab", "b")
        await pilot.pause()


async def test_whatever_is_pasted_is_shown_harmless(path: Path) -> None:
    async with asking(path) as asked:
        for _, text in HOSTILE:
            field = asked.screen.name_field.field
            field.value = text[:120]
            await asked.pilot.pause()
        assert not set(asked.text) & set("\x1b\x07\x9b\u202e")
