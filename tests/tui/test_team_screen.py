"""The team on screen: presence, whose, away, notes for one, assigning, and what observers see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listeners.actions import perform
from listeners.actions.absence import go_away
from listeners.model import HOUR, SECOND, Micros
from listeners.store import Store, presence, reads
from listeners.store.absence import away
from listeners.store.named import count_naming
from listeners.store.presence import Beat, beat
from tests.tui.driving import CONFIG, Driven, driven, listed, until
from tests.tui.seeded import NOW
from tui.filtering import NOBODY
from tui.screens.conversation import ConversationScreen
from tui.screens.dashboard import Dashboard
from tui.screens.handover import HandoverScreen
from tui.screens.log import LogScreen
from tui.screens.noting import named_choices
from tui.screens.pickers import Picker
from tui.screens.team import TeamScreen

TEAM = replace(CONFIG, members=("Ana", "Léo", "Zoé"), leads=("Ana",), observers=("Zoé",))
OBSERVER = replace(TEAM, member="Zoé")


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


async def on(
    store: Store, member: str, conversation: int | None, doing: str = "reading", ago: int = 0
) -> None:
    at = Micros(NOW - ago)
    await beat(
        store,
        Beat(
            instance=f"elsewhere:{member}", member=member, conversation=conversation,
            doing=doing if conversation else "", since=at, active_at=at, at=at,
        ),
    )  # fmt: skip


# --- presence -------------------------------------------------------------------------------------


async def test_who_is_on_it_stands_on_the_row_and_leaves_it(tmp_path: Path) -> None:
    async with driven(tmp_path, (80, 24), config=TEAM) as one:
        await on(one.store, "Léo", 1, "drafting")
        await until(lambda: "◉ Léo is drafting" in one.frame())
        await on(one.store, "Léo", 1)
        await until(lambda: "◉ Léo is on it" in one.frame())
        await presence.leave(one.store, "elsewhere:Léo")
        await until(lambda: "Léo is on it" not in one.frame())


async def test_the_dead_are_not_shown(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        await on(one.store, "Léo", 1)
        await until(lambda: "Léo is on it" in one.frame())
        one.clock.now = Micros(NOW + 15 * SECOND)
        one.screen.look_again()
        await until(lambda: "Léo is on it" not in one.frame())


async def test_opening_a_thread_is_being_on_it_and_moving_in_the_list_is_not(
    tmp_path: Path,
) -> None:
    async def mine(one: Driven) -> tuple[int | None, str]:
        [sign] = [sign for sign in await presence.beats(one.store) if sign.member == "Ana"]
        return sign.conversation, sign.doing

    async with driven(tmp_path, config=TEAM) as one:
        await one.press("j", "k")
        assert await mine(one) == (None, "")
        await one.press("enter")
        for _ in range(100):
            if await mine(one) == (1, "reading"):
                break
            await one.settled()
        assert await mine(one) == (1, "reading")
        assert "Ana is on it" not in one.frame()
        await on(one.store, "Léo", 1)
        await until(lambda: "Léo is on it" in one.frame())
        await one.press("escape")
        for _ in range(100):
            if await mine(one) == (None, ""):
                break
            await one.settled()
        assert await mine(one) == (None, "")


async def test_writing_a_reply_is_seen_as_drafting_and_then_no_longer(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:

        async def mine(wanted: tuple[int | None, str]) -> None:
            for _ in range(100):
                [sign] = await presence.beats(one.store)
                if (sign.conversation, sign.doing) == wanted:
                    return
                await one.settled()
            raise AssertionError(sign)

        await one.press("enter", "r")
        await mine((1, "drafting"))
        await one.press("escape")
        await mine((1, "reading"))
        await one.press("escape")
        await mine((None, ""))


async def test_leaving_takes_the_presence_along(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        store = one.store
        assert len(await presence.beats(store)) == 1
        await one.app.desk.close()
        assert await presence.beats(store) == []


async def test_a_store_of_one_person_has_no_presence(tmp_path: Path) -> None:
    async with driven(tmp_path, config=replace(CONFIG, members=())) as one:
        await one.press("enter", "escape")
        assert await presence.beats(one.store) == []


# --- whose ----------------------------------------------------------------------------------------


async def test_whose_goes_from_mine_to_nobodys_to_everybodys(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        everybody = listed(one.screen)
        await one.press("V")
        assert listed(one.screen) == []
        assert "⧩ → Ana" in one.frame()
        assert "Nothing of yours is open." in one.frame()
        assert "F shows everybody's" in one.frame()
        await one.press("V")
        assert listed(one.screen) == [row for row in everybody if row != 1]
        assert "⧩ nobody's" in one.frame()
        await one.press("V")
        assert listed(one.screen) == everybody


async def test_whose_is_kept_while_one_is_elsewhere(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        await one.press("V", "V", "enter", "escape")
        assert one.screen.desk.views["conversations"].of("owner") == (NOBODY,)
        await one.press("F")
        assert 1 in listed(one.screen)


# --- assigning ------------------------------------------------------------------------------------


async def test_the_assign_picker_says_what_each_has_and_puts_the_away_last(
    tmp_path: Path,
) -> None:
    async def prepare(store: Store) -> None:
        await go_away(store, TEAM, "Ana", "Léo", NOW, until=Micros(NOW + HOUR))

    async with driven(tmp_path, config=TEAM, prepare=prepare) as one:
        assert "→ Léo (away)" in one.frame()
        await one.press("j", "A")
        assert isinstance(one.screen, Picker)
        await until(lambda: "away until" in one.frame())
        lines = [line for line in one.frame().splitlines() if "·" in line and "open" in line]
        names = [line for line in lines if "Ana  lead · you" in line or "Léo  agent" in line]
        assert "0 open" in names[0]
        assert "Léo  agent · 1 open · away until 15:42" in names[1]
        assert "Zoé" not in "".join(lines[-3:])
        await one.press(*"léo", "enter")
        await until(lambda: isinstance(one.screen, Dashboard))
        await one.settled()
        assert (await reads.conversations(one.store, [2]))[2].assignee == "Léo"


# --- seen -----------------------------------------------------------------------------------------


async def test_what_another_did_meanwhile_is_said_once(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        await one.press("p")
        await perform(one.store, "Léo", "snooze", "conversation", [1], NOW)
        await one.press("e")
        assert said(one).startswith("Léo snoozed it 1 s ago")
        await one.press("e")
        await until(lambda: "Answered" in said(one))


async def test_a_taken_row_changes_in_place(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        await one.press("j")
        before = listed(one.screen)
        await perform(one.store, "Léo", "take", "conversation", [2], NOW)
        await until(lambda: one.frame().count("→ Léo") >= 2)
        await perform(one.store, "Léo", "answered", "conversation", [2], NOW)
        await until(lambda: "waiting · → Léo" in one.frame())
        assert listed(one.screen) == before
        assert one.screen.queue.row.id == 2


# --- notes ----------------------------------------------------------------------------------------


async def test_a_name_begun_in_a_note_is_completed(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        await one.press("c", *"ask @l")
        assert "@Léo" in one.frame()
        await one.press("enter")
        assert one.screen.field.value == "ask @Léo "
        await one.press(*"now", "enter")
        await until(lambda: said(one) == "Noted")
        note = (await reads.notes(one.store, "conversation", 1))[-1]
        assert note.text == "ask @Léo now"
        assert await count_naming(one.store, "Léo") == 1


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("@", ["@Ana", "@Léo"]),
        ("hm @le", ["@Léo"]),
        ("hm @léo", []),
        ("hm @léo ", []),
        ("ana@l", []),
        ("@x", []),
        ("", []),
    ],
)
def test_names_are_offered_behind_an_at_sign_alone(text: str, offered: list[str]) -> None:
    names = [one.label for one in named_choices(text, ("Ana", "Léo")) if one.label[0] == "@"]
    assert names == offered


async def test_notes_for_one_are_counted_listed_and_seen(tmp_path: Path) -> None:
    async def prepare(store: Store) -> None:
        await perform(
            store,
            "Léo",
            "note",
            "conversation",
            [3],
            NOW,
            text="@ana check the parcel",
            config=TEAM,
        )

    async with driven(tmp_path, config=TEAM, prepare=prepare) as one:
        assert "✎ 1 note for you" in one.frame()
        await one.press("6", "G", "k")
        assert "@ana check the parcel" in one.frame()
        await one.press("enter")
        assert isinstance(one.screen, ConversationScreen)
        await one.settled()
        assert await count_naming(one.store, "Ana") == 0
        await one.press("escape", "escape")
        await until(lambda: "note for you" not in one.frame())


# --- the team screen ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_team_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async def prepare(store: Store) -> None:
        await on(store, "Léo", 2)
        await go_away(store, TEAM, "Ana", "Zoé", NOW)
        await perform(store, "Ana", "answered", "conversation", [4], NOW)

    async with driven(tmp_path, size, config=TEAM, prepare=prepare) as one:
        await one.press("f7")
        await one.same_frame(f"team-{size[0]}x{size[1]}")


async def test_enter_on_a_member_filters_the_queue(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        await one.press("6", "j", "enter")
        assert isinstance(one.screen, Dashboard)
        assert listed(one.screen) == [1]
        assert "⧩ → Léo" in one.frame()


async def test_away_and_back_from_the_team_screen_and_undone(tmp_path: Path) -> None:
    async with driven(tmp_path, config=TEAM) as one:
        await one.press("6", "j", "a")
        assert "Léo is away until when?" in one.frame()
        await one.press("enter")
        await until(lambda: said(one) == "Léo is away")
        assert list(await away(one.store, NOW)) == ["Léo"]
        await one.press("a")
        await until(lambda: said(one) == "Léo is back")
        await one.press("z")
        await one.settled()
        assert list(await away(one.store, NOW)) == ["Léo"]


async def test_without_a_team_away_says_what_to_do(tmp_path: Path) -> None:
    async with driven(tmp_path, config=replace(CONFIG, members=())) as one:
        one.screen.action_hub("away")
        await one.settled()
        assert "There is no team yet" in said(one)


# --- the sheet ------------------------------------------------------------------------------------


async def test_the_sheet_is_read_and_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    async with driven(tmp_path, config=TEAM) as one:
        monkeypatch.setattr(one.app, "copy_to_clipboard", copied.append)
        await one.press("6", "h")
        assert isinstance(one.screen, HandoverScreen)
        assert "· #1 · overdue 25m" in one.frame()
        await one.press("y")
        assert copied[0].startswith("# Hand-over\n")
        assert "- #1 · overdue 25m" in copied[0]
        await one.press("V")
        await until(lambda: "Hand-over of Ana" in one.frame())
        await one.press("escape")
        assert isinstance(one.screen, TeamScreen)


# --- observers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [*"eEusdaA!mtcirzZMSDX", "comma"])
async def test_an_observer_is_refused_in_words(tmp_path: Path, key: str) -> None:
    async with driven(tmp_path, config=OBSERVER) as one:
        await one.press(key)
        assert isinstance(one.screen, Dashboard)
        assert said(one).startswith("Zoé is an observer")
        people = {str(event.actor) for event in await reads.events(one.store)}
        assert "Zoé" not in people


async def test_an_observer_looks_at_everything(tmp_path: Path) -> None:
    async with driven(tmp_path, config=OBSERVER) as one:
        for key, screen in (
            ("enter", ConversationScreen),
            ("6", TeamScreen),
            ("L", LogScreen),
        ):
            await one.press(key)
            assert isinstance(one.screen, screen), key
            await one.press("escape")
