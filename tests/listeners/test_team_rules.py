"""Who may write, who is here, and whom a note means: the rules, without a store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.config import Config
from listeners.model import SECOND, Micros
from listeners.rows import Presence
from listeners.team import GONE, Role, alive, here, may_write, named_in, role_of

CONFIG = Config(members=("Ana", "Léo", "Zoé"), leads=("Ana",), observers=("Zoé",))
NOW = Micros(1_000 * SECOND)


@pytest.mark.parametrize(
    ("member", "role", "writes"),
    [
        ("Ana", Role.LEAD, True),
        ("Léo", Role.AGENT, True),
        ("Zoé", Role.OBSERVER, False),
        ("somebody", Role.AGENT, True),
        ("", Role.AGENT, True),
    ],
)
def test_observers_alone_write_nothing(member: str, role: Role, writes: bool) -> None:
    assert role_of(CONFIG, member) is role
    refusal = may_write(CONFIG, member)
    assert (refusal is None) is writes
    assert refusal is None or refusal.values == {"name": member}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Léo can you look?", ("Léo",)),
        ("ask @leo, then @ANA.", ("Ana", "Léo")),
        ("@Léo@Ana", ("Léo",)),
        ("mail ana@example.org", ()),
        ("write to x.@Ana", ()),
        ("@Anaïs is somebody else", ()),
        ("@Ana Ruiz has it", ("Ana Ruiz",)),
        ("@Ana has it", ("Ana",)),
        ("@Léo @Léo", ("Léo",)),
        ("(@Léo)", ("Léo",)),
        ("", ()),
    ],
)
def test_a_name_behind_an_at_sign_is_a_member(text: str, named: tuple[str, ...]) -> None:
    assert named_in(text, ("Ana", "Ana Ruiz", "Léo")) == named


def test_a_name_is_not_a_pattern() -> None:
    assert named_in("@A.B and @AxB", ("A.B",)) == ("A.B",)
    assert named_in("@AxB", ("A.B",)) == ()
    assert named_in("@(", ("(",)) == ("(",)


def on(member: str, ago: int, doing: str = "reading") -> Presence:
    return Presence(member=member, doing=doing, at=Micros(NOW - ago))


@pytest.mark.parametrize(("ago", "lives"), [(0, True), (13, True), (14, False), (-3, True)])
def test_a_beat_is_good_for_three_beats_less_one_second(ago: int, lives: bool) -> None:
    assert alive(Micros(NOW - ago * SECOND), NOW) is lives


def test_whoever_looks_is_not_told_of_themselves_and_drafting_comes_first() -> None:
    shown = here(
        [on("Ana", 0), on("Léo", 0), on("Zoé", 1, "drafting"), on("Léo", 2)], NOW, but="Ana"
    )
    assert [(one.member, one.doing) for one in shown] == [("Zoé", "drafting"), ("Léo", "reading")]


def test_a_member_in_two_terminals_is_shown_once_drafting() -> None:
    shown = here([on("Léo", 1, "drafting"), on("Léo", 0)], NOW)
    assert [(one.member, one.doing) for one in shown] == [("Léo", "drafting")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("Ana", "Léo", "Zoé")),
            st.integers(-40 * SECOND, 40 * SECOND),
            st.sampled_from(("reading", "drafting", "")),
        )
    )
)
def test_presence_never_shows_the_dead_and_never_hides_the_living(
    beats: list[tuple[str, int, str]],
) -> None:
    shown = here([on(*beat) for beat in beats], NOW)
    living = {member for member, ago, _ in beats if abs(ago) < GONE}
    assert {one.member for one in shown} == living
    assert len(shown) == len(living)
    for one in shown:
        assert alive(one.at, NOW)
