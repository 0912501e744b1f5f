"""Rules that give a conversation to whoever is on duty, or in charge of its channel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.actions.absence import go_away
from listeners.actions.charges import hand_out
from listeners.actions.duty import add_duty
from listeners.actions.rules import keep_rule
from listeners.charges import Charge
from listeners.config import Config
from listeners.conversations.conversation import Conversation
from listeners.conversations.state import begin
from listeners.duty import Rota, Shift
from listeners.model import HOUR, Micros
from listeners.rules import Effects, Rule, RuleError
from listeners.rules.codec import checked
from listeners.rules.hands import CHANNEL, DUTY, Hands, in_hands
from listeners.rules.words import effects_said
from listeners.ruling import apply_now
from listeners.store import reads
from tests.listeners.conversations.threads import CONFIG, NOW, Threads, threads

TEAM = replace(CONFIG, members=("Ana", "Léo", "Zoé"))


def talk(brand: str = "Lune", network: str = "mastodon") -> Conversation:
    return begin(brand=brand, network=network, root="r", at=NOW, now=NOW)


def shift(member: str, brand: str = "", begins: int = -1) -> Shift:
    return Shift(
        member=member, brand=brand,
        from_at=Micros(NOW + begins * HOUR), to_at=Micros(NOW + 9 * HOUR),
    )  # fmt: skip


def charge(member: str, what: str = "mastodon", brand: str = "", number: int = 1) -> Charge:
    return Charge(id=number, kind="channel", what=what, member=member, brand=brand)


@pytest.mark.parametrize(
    ("assign", "hands", "whose"),
    [
        ("Léo", Hands(), "Léo"),
        ("", Hands(Rota((shift("Ana"),))), ""),
        (DUTY, Hands(), ""),
        (DUTY, Hands(Rota((shift("Ana"), shift("Léo", begins=-3)))), "Léo"),
        (DUTY, Hands(Rota((shift("Ana"), shift("Léo", begins=-3)), frozenset({"Léo"}))), "Ana"),
        (DUTY, Hands(Rota((shift("Ana", "Soleil"),))), ""),
        (DUTY, Hands(Rota((shift("Ana", begins=2),))), ""),
        (CHANNEL, Hands(charges=(charge("Ana"), charge("Léo", brand="Lune", number=2))), "Léo"),
        (CHANNEL, Hands(charges=(charge("Ana"), charge("Léo", brand="Soleil"))), "Ana"),
        (CHANNEL, Hands(charges=(charge("Ana", "bluesky"),)), ""),
        (CHANNEL, Hands(Rota(away=frozenset({"Ana"})), (charge("Ana"),)), ""),
        (CHANNEL, Hands(charges=(Charge(kind="press", member="Ana"),)), ""),
    ],
)
def test_whose_it_becomes(assign: str, hands: Hands, whose: str) -> None:
    rule = Rule(name="r", effects=Effects(assign=assign, tags=("x",)))
    found = in_hands(rule, talk(), hands, NOW)
    assert (found.effects.assign, found.effects.tags) == (whose, ("x",))


def test_turns_are_written_and_said_like_members() -> None:
    for turn, words in ((DUTY, "whoever is on duty"), (CHANNEL, "in charge of the channel")):
        rule = Rule(name="r", effects=Effects(assign=turn))
        assert checked(rule, members=TEAM.members) == rule
        [said] = effects_said(rule.effects)
        assert words in said.template
    with pytest.raises(RuleError):
        checked(Rule(name="r", effects=Effects(assign="@nobody")), members=TEAM.members)


async def owner(desk: Threads) -> str:
    return (await reads.conversations(desk.store, [1]))[1].assignee


@pytest.mark.parametrize("assign", [DUTY, CHANNEL])
async def test_what_comes_in_is_given_to_whoever_has_the_turn(tmp_path: Path, assign: str) -> None:
    async with threads(tmp_path, TEAM) as desk:
        await prepare(desk, TEAM)
        made = Rule(name="all", effects=Effects(assign=assign))
        _outcome, rule = await keep_rule(desk.store, "Ana", made, desk.now)
        await desk.say("one", "Does Lune open on Sunday?")
        assert await owner(desk) == "Léo"
        await desk.do("release")
        await apply_now(desk.store, "Ana", rule, [1], desk.now)
        assert await owner(desk) == "", "what a person decided stands"


async def test_whoever_is_away_gets_nothing(tmp_path: Path) -> None:
    async with threads(tmp_path, TEAM) as desk:
        await prepare(desk, TEAM)
        await go_away(desk.store, TEAM, "Léo", "Léo", desk.now)
        made = Rule(name="all", effects=Effects(assign=DUTY, tags=("seen",)))
        await keep_rule(desk.store, "Ana", made, desk.now)
        await desk.say("one", "Does Lune open on Sunday?")
        assert await owner(desk) == ""
        row = (await reads.conversations(desk.store, [1]))[1]
        assert row.tags == ("seen",)


async def prepare(desk: Threads, config: Config) -> None:
    given: dict[str, Any] = {"from_at": Micros(desk.now - HOUR), "to_at": Micros(desk.now + HOUR)}
    assert (
        await add_duty(desk.store, config, "Ana", [Shift(member="Léo", **given)], desk.now)
    ).done
    assert (await hand_out(desk.store, config, "Ana", charge("Léo"), desk.now)).done
