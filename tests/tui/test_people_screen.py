"""People on screen: the list, the page, the verbs with undo, press lists, who may be one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.config import Config
from listeners.model import Author
from listeners.people.rows import PersonRow
from listeners.store import Store, ingest
from listeners.store.people import person_of_account, persons_of
from listeners.store.records import SeenAccount
from tests.tui.driving import CONFIG, Driven, driven, until
from tests.tui.seeded import ANA, NOW, TOM, Person, seed
from tui.screens.asking import Ask
from tui.screens.conversation import MentionScreen
from tui.screens.people import PeopleScreen
from tui.screens.person import PersonScreen
from tui.screens.pickers import Picker

SMALL = (80, 24)
LIST = "name,outlet,mastodon\nCleo Noir,Le Courrier,@cleo@press.example\n,nobody,\n"
OBSERVER = replace(CONFIG, members=("Ana", "Zoé"), observers=("Zoé",), member="Zoé")


@asynccontextmanager
async def crowd(
    folder: Path,
    size: tuple[int, int] = SMALL,
    *,
    more: Callable[[Store], Awaitable[None]] | None = None,
    config: Config = CONFIG,
) -> AsyncIterator[Driven]:
    """The seeded store with little chatter: every reader in it is a person."""

    async def prepare(store: Store) -> None:
        await seed(store, chatter=12)
        if more is not None:
            await more(store)

    async with driven(folder, size, filled=False, config=config, prepare=prepare) as one:
        yield one


def said(one: Driven) -> str:
    message = one.screen.keys.said
    return message.text if message is not None else ""


async def open_people(one: Driven) -> PeopleScreen:
    await one.press("9", "p")
    assert isinstance(one.screen, PeopleScreen)
    return one.screen


async def search(one: Driven, text: str) -> None:
    await one.press("slash")
    one.screen.field.value = text
    await one.press("enter")


async def number(store: Store, who: Person) -> int:
    found = await person_of_account(store, who.network, who.handle)
    assert found is not None
    return found


async def row(store: Store, name: str) -> PersonRow:
    return next(row for row in await persons_of(store) if row.name == name)


@pytest.mark.parametrize("size", [SMALL, pytest.param((120, 40), marks=pytest.mark.long)])
async def test_the_list_shows_who_was_heard_and_narrows(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with crowd(tmp_path, size) as one:
        screen = await open_people(one)
        assert "People · newest mention first" in one.frame()
        assert "Aurora Bikes" not in one.frame().split("╭", 1)[1]
        await search(one, "dubois")
        frame = one.frame()
        assert "Marc Dubois" in frame
        assert "journalist" in frame
        assert "Zoé" not in frame
        assert ("Who is this" in frame) is (size[0] >= 120)
        if size == SMALL:
            await one.same_frame("people-80x24")
        await search(one, "nobody at all")
        assert "Nobody fits" in one.frame()
        await one.press("F")
        assert screen.wanted.text == ""
        await one.press("f", *"journ", "enter")
        assert screen.wanted.role == "journalist"
        assert len(screen.list.state) == 1
        await one.press("F", "s")
        assert "most mentions first" in one.frame()


async def test_the_page_shows_both_sides_and_leads_to_the_thread(tmp_path: Path) -> None:
    async with crowd(tmp_path) as one:
        await open_people(one)
        await search(one, "Ana Ruiz")
        await one.press("enter")
        assert isinstance(one.screen, PersonScreen)
        frame = one.frame()
        assert "Ana Ruiz  customer" in frame
        assert "Said by them and us" in frame
        assert "Hello Ana, we are looking" in frame
        await one.same_frame("person-80x24")
        shown = []
        for key in ("enter", "escape", "q"):
            await one.press(key)
            shown.append(type(one.screen))
        assert shown == [MentionScreen, PersonScreen, PeopleScreen]


async def test_the_same_verbs_on_the_page_with_undo(tmp_path: Path) -> None:
    async with crowd(tmp_path) as one:
        tom = await number(one.store, TOM)
        one.app.push_screen(PersonScreen(one.app.desk, tom))
        await one.settled()
        await one.press("i", *"vip", "enter")
        assert said(one) == "Role set"
        assert "Tom Okafor  VIP" in one.frame()
        await one.press("t", *"angry", "enter")
        assert "#angry" in one.frame()
        await one.press("c", *"call", "enter", "e", "enter")
        one.screen.field.value = "Tom O."
        await one.press("enter", "m")
        found = await row(one.store, "Tom O.")
        assert (found.role, found.tags, found.muted) == ("vip", ("angry",), True)
        for _ in range(5):
            await one.press("z")
        assert said(one) == "Role as before"
        found = await row(one.store, "Tom Okafor")
        assert (found.role, found.tags, found.muted) == ("", (), False)
        await one.press("S")
        assert "one account alone" in said(one)


async def test_marked_people_become_one_and_are_apart_again(tmp_path: Path) -> None:
    async with crowd(tmp_path) as one:
        screen = await open_people(one)
        await search(one, "o")
        await one.press("M")
        assert "Mark two persons" in said(one)
        await one.press("space", "space")
        assert "2 marked" in one.frame()
        ids = screen.list.state.targets
        await one.press("M")
        assert said(one).startswith("One person now")
        assert screen.list.state.marks == set()
        merged = next(row for row in await persons_of(one.store) if row.id == ids[0])
        assert len(merged.accounts) == 2
        await one.press("z")
        merged = next(row for row in await persons_of(one.store) if row.id == ids[0])
        assert len(merged.accounts) == 1


async def link(store: Store) -> None:
    """Let Ana's profile link to Tom's domain."""
    author = Author(key=ANA.handle, handle=ANA.handle, links=(f"https://{TOM.handle}/",))
    await store.write(lambda c: ingest.upsert_accounts(c, [SeenAccount(ANA.network, author)], NOW))


async def test_who_may_be_one_is_asked_and_never_done_silently(tmp_path: Path) -> None:
    async with crowd(tmp_path, more=link) as one:
        await open_people(one)
        assert "Maybe one person: 1 pair" in one.frame()
        await one.press("u", "enter")
        frame = " ".join(one.frame().replace("│", " ").split())
        assert "is named by the site" in frame
        await one.press("n")
        assert "not suggested again" in said(one)
        assert "Maybe one person" not in one.frame()
        await one.press("z")
        assert said(one) == "May be suggested again"


@pytest.mark.long
async def test_who_may_be_one_becomes_one(tmp_path: Path) -> None:
    async with crowd(tmp_path, more=link) as one:
        await open_people(one)
        await one.press("g", "enter", "enter", "o")
        assert said(one).startswith("One person now")
        assert await number(one.store, ANA) == await number(one.store, TOM)


@pytest.mark.long
async def test_a_press_list_is_taken_in_and_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    async with crowd(tmp_path) as one:
        await open_people(one)
        await one.press("a")
        one.screen.field.value = str(tmp_path / "missing.csv")
        await one.press("enter")
        assert "cannot be read" in said(one)
        await one.press("a")
        one.screen.field.value = str(file)
        await one.press("enter")
        assert "Line 3 of list.csv: there is no name in it." in one.frame()
        await one.press("enter")
        await search(one, "cleo")
        assert "not heard yet" in one.frame()
        assert "Le Courrier" in one.frame()
        await one.press("z")
        assert await persons_of(one.store, limit=500)
        assert "Cleo Noir" not in [row.name for row in await persons_of(one.store)]


@pytest.mark.long
async def test_who_only_looks_changes_nothing(tmp_path: Path) -> None:
    async with crowd(tmp_path, config=OBSERVER) as one:
        await open_people(one)
        for key in ("i", "t", "c", "m", "M", "a", "e"):
            await one.press(key)
            assert isinstance(one.screen, PeopleScreen)
            assert said(one)


@pytest.mark.parametrize(
    "keys", [("1",), pytest.param(("4",), marks=pytest.mark.long), ("1", "enter")]
)
async def test_one_key_leads_from_any_post_to_who_wrote_it(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with crowd(tmp_path, (120, 40)) as one:
        await one.press(*keys, "Q")
        assert isinstance(one.screen, PersonScreen)
        assert "Person · " in one.frame()


async def test_an_alert_of_several_people_asks_which(tmp_path: Path) -> None:
    async with crowd(tmp_path, (120, 40)) as one:
        await one.press("2", "Q")
        assert isinstance(one.screen, Picker)
        assert "Who of them?" in one.frame()
        await one.press("enter")
        assert isinstance(one.screen, PersonScreen)


async def test_an_empty_list_and_somebody_gone_say_so(tmp_path: Path) -> None:
    async with driven(tmp_path, SMALL, filled=False) as one:
        await one.press("escape")
        one.app.push_screen(PeopleScreen(one.app.desk))
        await one.settled()
        assert "Nobody was heard yet." in one.frame()
        await one.press("i")
        assert said(one) == "Nobody is selected."
        one.app.push_screen(PersonScreen(one.app.desk, 9_999))
        await one.settled()
        assert "no longer there" in one.frame()
        await one.press("i")
        assert said(one) == "Nobody is selected."


async def test_a_person_is_forgotten_from_their_page_after_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_LOG_FILE", str(tmp_path / "hubbub.log"))
    async with crowd(tmp_path) as one:
        tom = await number(one.store, TOM)
        one.app.push_screen(PersonScreen(one.app.desk, tom))
        await one.settled()
        await one.press("D")
        await until(lambda: "Forget this person?" in one.frame())
        # The first answer keeps everything.
        await one.press("enter")
        await one.settled()
        assert await person_of_account(one.store, TOM.network, TOM.handle) == tom
        await one.press("D")
        await until(lambda: isinstance(one.screen, Ask))
        await one.press("F")
        await until(lambda: "no longer there" in one.frame())
        assert "is forgotten" in said(one)
        assert "no longer there" in one.frame()
        assert await person_of_account(one.store, TOM.network, TOM.handle) is None


async def test_an_observer_forgets_nobody(tmp_path: Path) -> None:
    async with crowd(tmp_path, config=OBSERVER) as one:
        one.app.push_screen(PersonScreen(one.app.desk, await number(one.store, TOM)))
        await one.settled()
        await one.press("D")
        await one.settled()
        assert "observer" in said(one)
