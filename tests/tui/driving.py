"""Driving the real screens in a test: a seeded store, a clock that stands, frames as text."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from listeners.config import BrandConfig, Config
from listeners.model import Micros
from listeners.store import Store, open_store
from tests.tui.quiet import at_rest, rest
from tests.tui.seeded import BRAND, NOW, seed
from tui.app import Hubbub
from tui.i18n import use_language, use_zone
from tui.screens.base import HubScreen
from tui.widgets.row_list import VirtualList

FRAMES = Path(__file__).parent / "frames"
CONFIG = Config(brands=(BrandConfig(name=BRAND),), member="Ana", members=("Ana", "Léo"))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: Micros = NOW) -> None:
        self.now = now

    def __call__(self) -> Micros:
        """Return the time it shows."""
        return self.now


class Engine:
    """What the screen asks of an engine, remembered."""

    def __init__(self, sources: int = 4) -> None:
        self.sources = sources
        self.woken: list[str | None] = []

    def wake(self, key: str | None = None) -> int:
        """Remember who was woken."""
        self.woken.append(key)
        return self.sources


class Driven:
    """An application under a pilot."""

    def __init__(self, app: Hubbub, pilot: Pilot[Any], store: Store, clock: Clock) -> None:
        self.app = app
        self.pilot = pilot
        self.store = store
        self.clock = clock

    @property
    def screen(self) -> Any:
        """The screen in front."""
        return self.app.screen

    async def press(self, *keys: str) -> None:
        """Press keys, then wait until the screen has settled."""
        await self.app._press_keys(keys)
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        try:
            await at_rest(self.app)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.frame()}") from None

    def frame(self) -> str:
        """Return the picture as text, without the spaces at the ends of lines."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips) + "\n"

    async def same_frame(self, name: str) -> None:
        """Compare the picture with the one kept; ``HUBBUB_FRAMES=write`` keeps this one."""
        await self.settled()
        path, now = FRAMES / f"{name}.txt", self.frame()
        if os.environ.get("HUBBUB_FRAMES") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(now, encoding="utf-8")
        assert now == path.read_text(encoding="utf-8"), f"another picture of {name}:\n{now}"


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it never came true")
        await asyncio.sleep(0.01)


@asynccontextmanager
async def driven(
    folder: Path,
    size: tuple[int, int] = (120, 40),
    *,
    filled: bool = True,
    config: Config = CONFIG,
    engine: Engine | None = None,
    prepare: Callable[[Store], Any] | None = None,
) -> AsyncIterator[Driven]:
    """Run the application on a store of its own, settled on its dashboard."""
    use_language("en")
    use_zone(UTC)
    clock = Clock()
    async with open_store(folder / "hubbub.db") as store:
        if filled:
            await seed(store)
        if prepare is not None:
            await prepare(store)
        app = Hubbub(store, config, engine, clock=clock)
        async with app.run_test(size=size) as pilot:
            made = Driven(app, pilot, store, clock)
            await until(lambda: isinstance(app.screen, HubScreen))
            await made.settled()
            yield made
            # A look that is cut off in the middle would be found by a later test.
            await rest()


def listed(screen: Any) -> list[int]:
    """Return the ids the focused list shows."""
    rows = screen.rows
    assert isinstance(rows, VirtualList)
    return list(rows.state.ids)
