"""Whether an application under test has come to rest: asked of it, not guessed from the time.

A screen that stands still for a moment may only wait for a thread on a busy machine. What is under
way is known, though: messages that wait, work beside the keys, short timers, what is to be drawn,
writes in the store, and news of the store that the feed has not told yet.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from textual._context import active_app
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

from listeners.store import Store
from listeners.store.database import READERS
from listeners.store.writer import Writer
from tui.desk import Desk
from tui.feed import Feed

PATIENCE = 30.0
"""Seconds after which a test gives up."""
HELD = 50
"""Looks in a row that find nothing but work, and none of it in the store: the test holds it."""
ENDLESS = 400
"""Looks in a row that find work, whatever else: it has no end."""
_SOON = 0.2
"""Seconds: a timer that runs out once within these is part of what a key began."""
_LOOK = 0.002
"""Seconds between two looks."""
_FOR_EVER = "feed"
"""The group of work that never ends."""


class WatchedFeed(Feed):
    """A feed that can be asked whether it still has something to tell."""

    of: ClassVar[WeakKeyDictionary[App[Any], WatchedFeed]] = WeakKeyDictionary()

    def __init__(self, store: Store, post: Callable[[Message], bool]) -> None:
        super().__init__(store, post)
        self.of[active_app.get()] = self

    @property
    def behind(self) -> bool:
        """Whether the store has changed since the last message."""
        return self._watch._seen != self._watch._changes.version()


def unrest(app: App[Any]) -> str:
    """Return what is still under way, empty if nothing is."""
    return _begun(app) or _typing(app)


def _begun(app: App[Any]) -> str:
    return _messages(app) or _drawing(app) or _stored(app) or _working(app)


def _typing(app: App[Any]) -> str:
    typing = app.screen_stack and getattr(app.screen, "typing", False)
    return "typing" if typing else ""


def _messages(app: App[Any]) -> str:
    for pump in (app, *app._registry):
        if not pump._running or pump._closed:
            continue
        queue: Any = pump._message_queue
        # Who waits for the next message has dealt with all before it.
        waits = any(not one.done() for one in queue.ready_event._waiters)
        if not queue.empty() or not waits or pump._next_callbacks:
            return f"messages of {pump!r}"
    return ""


def _drawing(app: App[Any]) -> str:
    if not app._running or not app.screen_stack:
        return ""
    screen = app.screen
    asked = screen._layout_required or screen._scroll_required or screen._repaint_required
    if asked or screen._dirty_widgets or screen._callbacks or screen._recompose_required:
        return "a picture"
    pumps: tuple[MessagePump, ...] = (app, screen, *screen.walk_children())
    timers = [timer for pump in pumps for timer in list(pump._timers)]
    return next((f"a timer: {timer.name}" for timer in timers if _runs_out_soon(timer)), "")


def _runs_out_soon(timer: Timer) -> bool:
    task = timer._task
    return timer._repeat == 0 and timer._interval <= _SOON and task is not None and not task.done()


def _stored(app: App[Any]) -> str:
    desk = getattr(app, "desk", None)
    if not isinstance(desk, Desk):
        return ""
    store = desk.store
    if store._writer is not None and _writing(store._writer):
        return "a write"
    if store._readers._free.locked() or len(store._readers._idle) < READERS:
        return "a read"
    feed = WatchedFeed.of.get(app)
    return "news of the store" if feed is not None and app._running and feed.behind else ""


def _writing(writer: Writer) -> bool:
    if writer._task.done():
        return False
    waits = any(not one.done() for one in writer._arrived._waiters)
    return bool(writer._urgent or writer._usual) or not waits


def _working(app: App[Any]) -> str:
    for worker in app.workers:
        if worker.is_running and worker.group != _FOR_EVER:
            return f"work: {worker.group}"
    return ""


async def at_rest(app: App[Any]) -> None:
    """Wait until nothing is under way any more.

    Raises:
        AssertionError: something still is, after ``PATIENCE``.
    """
    end = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < 2:
        why = unrest(app)
        if why and time.monotonic() > end:
            raise AssertionError(f"the screen never settled: {why}")
        quiet = 0 if why else quiet + 1
        await asyncio.sleep(_LOOK if why else 0)


async def rest(_least: float = 0.0, _most: float = 1.0) -> None:
    """Wait until nothing is under way but work that the test itself holds up: between two keys.

    What was typed is then read, but not kept as a draft yet: that comes when typing ends.
    This stands in for what Textual's pilot does: it waits until the processor idles, which it
    also does while others have it.
    """
    app = active_app.get()
    end = time.monotonic() + PATIENCE
    quiet = held = endless = 0
    while quiet < 2 and held < HELD and endless < ENDLESS and time.monotonic() < end:
        why, work = _begun(app), _working(app)
        quiet = 0 if why else quiet + 1
        held = held + 1 if work and why == work else 0
        endless = endless + 1 if work else 0
        await asyncio.sleep(_LOOK if why else 0)
