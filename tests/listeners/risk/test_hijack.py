"""Our own accounts: what is strange about a post of theirs, and what is only their habit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from listeners.clock import from_iso
from listeners.conversations.clock import BusinessHours
from listeners.model import DAY, HOUR, AlertClass, Micros, Sentence, Severity
from listeners.risk.finding import Finding
from listeners.risk.hijack import ENOUGH_POSTS, Habits, OwnPost, doubts, renamed, severity_of
from listeners.rows import AlertRow
from listeners.store import reads
from listeners.store.connection import Connection
from listeners.store.filters import AlertFilter
from listeners.store.own_posts import hosts_of
from tests.listeners.conversations.threads import CONFIG, US, ZOE, Threads, threads

OFFICE = BusinessHours(week=(((9 * 60, 17 * 60),),) * 5)
NOON = Micros(from_iso("2026-11-20T12:00:00Z"))
NIGHT = Micros(from_iso("2026-11-20T03:00:00Z"))
LEAK = Finding(
    rule="confidential term",
    risk="leak",
    severity=Severity.CRITICAL,
    start=0,
    end=4,
    masked="P••••••",
    sentence=Sentence("x"),
)
PRESS = replace(LEAK, risk="press")
SETTLED = Habits(posts=ENOUGH_POSTS, hosts=frozenset({"blog.example"}), hours=frozenset({9, 12}))
ORDINARY = OwnPost(
    at=NOON,
    hosts=("shop.lune.example", "blog.example"),
    findings=(PRESS,),
    known_hosts=("lune.example",),
    hours=OFFICE,
    habits=SETTLED,
)


@pytest.mark.parametrize(
    ("post", "rules", "severity"),
    [
        (ORDINARY, [], None),
        (replace(ORDINARY, hosts=("evil.example",)), ["own link"], Severity.HIGH),
        (replace(ORDINARY, hosts=("evillune.example",)), ["own link"], Severity.HIGH),
        (replace(ORDINARY, hosts=("evil.example",), habits=Habits(posts=3)), [], None),
        (replace(ORDINARY, findings=(LEAK,)), ["own words"], Severity.CRITICAL),
        (replace(ORDINARY, at=NIGHT), ["own hour"], Severity.WARN),
        (replace(ORDINARY, at=NIGHT, hours=BusinessHours()), [], None),
        (
            replace(ORDINARY, at=NIGHT, habits=replace(SETTLED, hours=frozenset({2}))),
            [],
            None,
        ),
        (
            replace(ORDINARY, at=NIGHT, hosts=("evil.example",)),
            ["own link", "own hour"],
            Severity.CRITICAL,
        ),
    ],
    ids=[
        "ordinary",
        "a strange host",
        "a host that ends like ours",
        "too new to have habits",
        "a leak",
        "at night",
        "always open",
        "at night as usual",
        "two signs",
    ],
)
def test_what_is_strange_about_a_post_of_ours(
    post: OwnPost, rules: list[str], severity: Severity | None
) -> None:
    found = doubts(post)
    assert [one.rule for one in found] == rules
    if severity is not None:
        assert severity_of(found) is severity


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        (("@lune", "Lune"), ("@lune", "Lune"), False),
        (("@lune", "Lune"), ("@lune", "L.U.N.E."), True),
        (("@lune", "Lune"), ("@lune_coins", "Lune"), True),
        (("@lune", "Lune"), ("@lune", ""), False),
        (("", ""), ("@lune", "Lune"), False),
    ],
)
def test_a_changed_name(before: tuple[str, str], now: tuple[str, str], changed: bool) -> None:
    assert (renamed(before, now) is not None) is changed


def test_hosts_of_odd_addresses() -> None:
    assert hosts_of(
        ["https://www.A.example/x", "http://[bad", "mailto:a@b", "https://a.example"]
    ) == ("a.example",)


# --- through the pipeline ------------------------------------------------------------------------


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Threads]:
    """A brand whose account has posted every noon for three weeks, with links to its blog."""
    async with threads(tmp_path, CONFIG) as made:
        for day in range(ENOUGH_POSTS + 2):
            await made.say(f"day{day}", "Lune today", US, links=("https://blog.example/today",))
            made.wait(DAY)
        yield made


async def _alerts(desk: Threads) -> list[AlertRow]:
    rows = await reads.alerts(desk.store, await reads.alert_ids(desk.store, AlertFilter()))
    return [row for row in rows.values() if row.alert_class is AlertClass.HIJACK]


async def test_an_ordinary_post_raises_nothing(desk: Threads) -> None:
    await desk.say("more", "Lune again", US, links=("https://blog.example/more",))
    assert await _alerts(desk) == []


async def test_a_strange_link_of_ours_is_an_alert_and_a_stranger_s_is_not(desk: Threads) -> None:
    await desk.say("theirs", "Lune coins!", ZOE, links=("https://coins.example",))
    assert await _alerts(desk) == []
    await desk.say("ours", "Free Lune coins!", US, links=("https://coins.example",))
    (alert,) = await _alerts(desk)
    assert alert.rule == "own post"
    assert alert.severity is Severity.HIGH


async def test_what_was_sent_from_here_is_never_doubted(desk: Threads) -> None:
    post = desk.post("sent", "See our partner", US, links=("https://partner.example",))

    async def sent(connection: Connection) -> None:
        await connection.fetch(
            """INSERT INTO outbox (conversation_id, source, network, in_reply_to, text,
                   idempotency_key, state, native_id, author, created_at)
               VALUES (1, '', 'mastodon', '', 'x', 'k', 'sent', ?, 'Ana', ?)""",
            (post.native_id, desk.now),
        )

    await desk.store.write(sent)
    await desk.hear(post)
    assert await _alerts(desk) == []


async def test_a_changed_name_of_ours_is_an_alert(desk: Threads) -> None:
    await desk.say("new", "Lune again", replace(US, name="Lune Coins"))
    (alert,) = await _alerts(desk)
    assert alert.rule == "own name"


async def test_history_proves_nothing(desk: Threads) -> None:
    old = desk.post("old", "Lune", US, links=("https://coins.example",))
    await desk.hear(replace(old, created_at=Micros(desk.now - 10 * DAY)))
    await desk.hear(replace(old, native_id="x", created_at=Micros(desk.now - HOUR), history=True))
    assert await _alerts(desk) == []
