"""A day's work by keyboard alone: sixty conversations of the demonstration, keys counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path

import pytest

from listeners.actions import perform
from listeners.demo import LENGTH, Player
from listeners.model import ConversationState
from listeners.store import Store, open_store, reads
from listeners.store.filters import QueueFilter
from tests.tui.driving import until
from tui.app import Hubbub
from tui.i18n import use_language, use_zone
from tui.screens.base import HubScreen
from tui.screens.conversation import ConversationScreen
from tui.screens.dashboard import Dashboard
from tui.screens.pickers import Picker

WORK: dict[str, tuple[int, tuple[str, ...], ConversationState]] = {
    "answered": (25, ("e",), ConversationState.WAITING),
    "snoozed": (10, ("s", "enter"), ConversationState.SNOOZED),
    "needs no answer": (10, ("d",), ConversationState.IGNORED),
    "taken and answered": (5, ("a", "e"), ConversationState.WAITING),
    "tagged and answered": (5, ("t", *"bill", "enter", "e"), ConversationState.WAITING),
    "noted and answered": (5, ("c", *"hm", "enter", "e"), ConversationState.WAITING),
}
"""What is done to how many, by which keys once a conversation is open, and its state then."""
AT_MOST = {"answered": 3, "snoozed": 3, "needs no answer": 3}


async def sixty_wait(store: Store, player: Player) -> None:
    """Put conversations that the story's team answered back to work, until sixty wait."""
    waiting = await reads.queue_ids(store, QueueFilter())
    done = await reads.queue_ids(store, QueueFilter(states=("waiting", "ignored")))
    back = list(done)[: max(0, 60 - len(waiting))]
    await perform(store, "Léo", "reopen", "conversation", back, player.clock())


def shown(opened: ConversationScreen) -> bool:
    """Whether the conversation has been read."""
    return opened.thread.thread.conversation is not None


def idle(app: Hubbub) -> bool:
    """Whether no verb is under way."""
    return not any(worker.is_running for worker in app.workers if worker.group == "act")


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_sixty_conversations_by_keyboard_alone(tmp_path: Path) -> None:
    use_language("en")
    use_zone(UTC)
    plan = [kind for kind, (count, _keys, _state) in WORK.items() for _one in range(count)]
    # Spread, so that each kind meets all sorts of rows.
    plan = [plan[(place * 37) % len(plan)] for place in range(len(plan))]
    pressed: Counter[str] = Counter()
    async with open_store(tmp_path / "home" / "hubbub.db") as store:
        player = Player(store, seconds=1, at_once=LENGTH)
        await player.prepare()
        await sixty_wait(store, player)
        config = replace(player.config, member="Ana")
        app = Hubbub(store, config, clock=player.clock)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: isinstance(app.screen, HubScreen), 20)
            dashboard = app.screen
            assert isinstance(dashboard, Dashboard)
            await until(lambda: len(dashboard.queue.state) == 60, 20)
            for kind in plan:
                _count, keys, state = WORK[kind]
                await pilot.press(">")
                await until(lambda: isinstance(app.screen, ConversationScreen), 20)
                opened = app.screen
                assert isinstance(opened, ConversationScreen)
                await until(partial(shown, opened), 20)
                subjects = opened.subjects()
                assert subjects is not None
                for key in keys:
                    await pilot.press(key)
                    if key in ("s", "t", "c"):
                        await until(lambda: isinstance(app.screen, Picker), 20)
                    elif key in ("enter", "a"):
                        await pilot.pause()
                        await until(lambda: not isinstance(app.screen, Picker) and idle(app), 20)
                await until(lambda: app.screen is dashboard, 20)
                pressed[kind] += 1 + len(keys)
                row = (await reads.conversations(store, subjects.ids))[subjects.ids[0]]
                assert row.state is state, (kind, row)
            left = await reads.queue_ids(store, QueueFilter())
    print(f"\n{'what':<22}{'how many':>10}{'keys each':>12}")
    for kind, (count, _keys, _state) in WORK.items():
        each = pressed[kind] / count
        print(f"{kind:<22}{count:>10}{each:>12.1f}")
        assert each <= AT_MOST.get(kind, 99)
    print(f"{'all':<22}{60:>10}{pressed.total() / 60:>12.1f}")
    assert list(left) == []
