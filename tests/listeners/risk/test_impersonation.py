"""Look-alikes: what is taken for ours, what is not, and what an alert does with it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.actions import perform
from listeners.model import DAY, AlertClass, AlertState, Author, Severity
from listeners.risk.impersonation import LISTED, Protected, asks_for_secrets, readings
from listeners.risk.skeleton import skeleton
from listeners.rows import AlertRow
from listeners.store import reads
from listeners.store.filters import AlertFilter
from tests.listeners.conversations.threads import CONFIG, Threads, threads
from tests.listeners.risk.look_alikes import (
    BRANDS,
    SHORT,
    folder,
    ordinary,
    planted,
    planted_short,
)

ACME = Protected(["Kerlann", "sfr", "Jeanne Morvan"])


@pytest.mark.parametrize(
    ("shown", "severity"),
    [
        ("kerIann_support", Severity.WARN),
        ("@Kerlann_Officiel@social.example", Severity.WARN),
        ("kеrlаnn", Severity.WARN),
        ("ｋｅｒｌａｎｎ", Severity.WARN),
        ("k3rlann", Severity.WARN),
        ("kerlan", Severity.INFO),
        ("kerllann", Severity.INFO),
        ("sfr_support", Severity.WARN),
        ("5fr", Severity.WARN),
        ("jeanne.morvan.officiel", Severity.WARN),
        ("Jeanne Morvan ✔", Severity.WARN),
        ("sfr", None),
        ("sfrance", None),
        ("Marianne", None),
        ("Claude, who loves Kerlann", None),
        ("carla", None),
        ("", None),
        ("🙂", None),
    ],
)
def test_what_a_name_looks_like(shown: str, severity: Severity | None) -> None:
    found = ACME.look(shown)
    assert (found.severity if found else None) == severity


@pytest.mark.parametrize(
    ("asks", "to_our_public", "severity"),
    [
        (False, False, Severity.WARN),
        (False, True, Severity.HIGH),
        (True, False, Severity.CRITICAL),
        (True, True, Severity.CRITICAL),
    ],
)
def test_what_it_does_makes_it_worse(asks: bool, to_our_public: bool, severity: Severity) -> None:
    found = ACME.look("kerlann_support", asks=asks, to_our_public=to_our_public)
    assert found is not None
    assert found.severity is severity


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Please DM us your card number", True),
        ("Envoyez votre numéro de carte en MP", True),
        ("Vérifiez votre compte ici", True),
        ("Write to me on WhatsApp", True),
        ("Thank you for your patience!", False),
        ("Merci, la carte de visite est belle", False),
    ],
)
def test_what_asks_for_money_or_secrets(text: str, asks: bool) -> None:
    assert asks_for_secrets(text) is asks


@pytest.mark.parametrize(
    ("handle", "read"),
    [
        ("@ana@social.example", ("ana",)),
        ("ana.example.social", ("ana.example.social", "ana")),
        ("@ana", ("ana",)),
        ("Ana B. Martin", ("Ana B. Martin",)),
        ("a.b", ("a.b",)),
    ],
)
def test_a_handle_is_read_without_its_server(handle: str, read: tuple[str, ...]) -> None:
    assert readings(handle) == read


@given(st.text(max_size=60))
def test_a_skeleton_is_plain_letters_and_nothing_is_ever_refused(name: str) -> None:
    bones = skeleton(name)
    assert all("a" <= letter <= "z" for letter in bones)
    found = ACME.look(name)
    assert found is None or found.likeness >= LISTED


def test_planted_look_alikes_are_found_among_ordinary_handles() -> None:
    guard = Protected([*BRANDS, *SHORT])
    found, made = Counter[str](), Counter[str]()
    for kind, _brand, alike in planted():
        made[kind] += 1
        found[kind] += guard.look(alike) is not None
    for kind, count in made.items():
        print(f"{kind:20} {found[kind]:3} of {count}")
    recall = found.total() / made.total()
    missed = [alike for _brand, alike in planted_short() if guard.look(alike) is None]
    handles = ordinary(folder("HUBBUB_DATA", "data"), folder("HUBBUB_RECORDED", "recorded"))
    began = time.perf_counter()
    false = [handle for handle in handles if guard.look(handle) is not None]
    each = (time.perf_counter() - began) / len(handles) / (len(BRANDS) + len(SHORT))
    print(
        f"found {recall:.3f} of {made.total()} look-alikes; {len(false)} of {len(handles)} "
        f"ordinary handles hit: {false[:10]}; {each * 1e6:.1f} µs a name and author"
    )
    assert recall >= 0.95
    assert missed == []
    assert len(false) <= 0.0015 * len(handles)


# --- through the pipeline ------------------------------------------------------------------------

FAKE = Author(key="f@evil.example", handle="lune_support@evil.example", name="Lune Support")


async def _alerts(desk: Threads, *states: AlertState) -> list[AlertRow]:
    wanted = AlertFilter(states=states) if states else AlertFilter()
    rows = await reads.alerts(desk.store, await reads.alert_ids(desk.store, wanted))
    return [row for row in rows.values() if row.alert_class is AlertClass.IMPERSONATION]


async def test_a_look_alike_that_asks_for_card_numbers_is_one_critical_alert(
    tmp_path: Path,
) -> None:
    async with threads(tmp_path) as desk:
        await desk.say("a", "Lune here: verify your account, send your card number", FAKE)
        await desk.say("b", "Lune here again: send us a DM", FAKE)
        (alert,) = await _alerts(desk)
        assert alert.severity is Severity.CRITICAL
        assert alert.count == 2
        assert "Lune" in str(alert.title.values["name"])


async def test_our_own_and_known_accounts_raise_nothing(tmp_path: Path) -> None:
    (lune, *others) = CONFIG.brands
    known = replace(lune, known_accounts=("@lune_fans@social.example",))
    config = replace(CONFIG, brands=(known, *others))
    fans = Author(key="lune_fans@social.example", handle="lune_fans@social.example", name="Lune")
    async with threads(tmp_path, config) as desk:
        await desk.say("a", "Lune is lovely", fans)
        await desk.say("b", "Lune: we open at nine", Author(key="lune@social.example"))
        assert await _alerts(desk) == []
        await desk.say("c", "Lune is lovely", replace(fans, key="other", handle="lune_support"))
        assert len(await _alerts(desk)) == 1


async def test_a_dismissed_account_stays_quiet_until_it_grows_worse(tmp_path: Path) -> None:
    async with threads(tmp_path) as desk:
        await desk.say("a", "Lune fans meet tonight", FAKE)
        (alert,) = await _alerts(desk)
        await perform(desk.store, "Ana", "dismiss", "alert", [alert.id], desk.now, reason="author")
        desk.wait(3 * DAY)
        await desk.say("b", "Lune fans meet again", FAKE)
        assert await _alerts(desk) == []
        await desk.say("c", "Lune fans: send me your card number", FAKE)
        (worse,) = await _alerts(desk)
        assert worse.severity is Severity.CRITICAL
