"""A network that costs money, as a person sees it: what was spent, what comes, links."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listeners.clock import from_iso, utc_now
from listeners.model import DAY, Micros, Sentence
from listeners.networks.replying import Answered
from listeners.paying import Meter
from listeners.replying import Outbox
from listeners.spending import Bill, Ceiling, Forecast
from listeners.store import Connection, Store, open_store
from listeners.store.reads.uses import SourceUse
from listeners.store.spend import SpendUse, StoredSpend
from listeners.store.uses import keep_uses
from tests.tui.driving import Driven, driven
from tests.tui.seeded import NOW
from tests.tui.test_commands import Run, _in_process, config, filled, run
from tests.tui.test_reply_screen import ANA, CONFIG, Scripted, boxed, write_to
from tui.commands.connect import default_file
from tui.spend_words import forecast_text, kinds_text, spend_record, spend_scarce, spend_texts
from tui.uses import use_texts

__all__ = ["_in_process", "config", "filled", "run"]

NOON = from_iso("2026-11-23T12:00:00Z")
USE = SpendUse(
    account="x",
    day=420_000,
    month=7_100_000,
    ceiling=Ceiling(1_000_000, 20_000_000),
    forecast=Forecast(500_000, 10_850_000, None),
    kinds={
        "post": (900, 4_500_000),
        "user": (250, 2_500_000),
        "held": (1, 75_000),
        "owned": (9, 0),
    },
)


# --- words ---------------------------------------------------------------------------------------


def test_what_was_spent_and_what_comes() -> None:
    assert spend_texts(USE, NOON) == [
        "spent: $0.42 of $1.00 today, $7.10 of $20.00 this month (UTC)",
        "at this rate $0.50 a day, $10.85 by the end of the month",
        "this month: posts 900 ($4.50), accounts 250 ($2.50)",
    ]
    assert use_texts(SourceUse(spend=USE), NOON) == spend_texts(USE, NOON)
    assert spend_texts(None, NOON) == []


def test_nothing_is_foretold_of_nothing() -> None:
    assert forecast_text(replace(USE, forecast=None), NOON) == ""
    assert kinds_text(replace(USE, kinds={})) == ""


@pytest.mark.parametrize(
    ("day", "month", "stops", "said"),
    [
        (420_000, 7_100_000, None, ""),
        (900_000, 7_100_000, None, "spent:"),
        (420_000, 18_000_000, None, "spent:"),
        (420_000, 7_100_000, NOON + DAY, "the budget ends"),
    ],
)
def test_money_that_runs_out_is_said_in_the_row(
    day: int, month: int, stops: int | None, said: str
) -> None:
    ahead = Forecast(900_000, 20_000_000, None if stops is None else Micros(stops))
    text = spend_scarce(replace(USE, day=day, month=month, forecast=ahead), NOON)
    assert (said in text) if said else text == ""
    assert spend_scarce(None, NOON) == ""


def test_programs_get_dollars() -> None:
    told: Any = spend_record(USE)
    assert (told["day"], told["budget_month"], told["forecast_month"]) == (0.42, 20.0, 10.85)
    assert told["kinds"]["post"] == {"items": 900, "cost": 4.5}
    assert told["stops_at"] is None
    assert spend_record(None) is None


# --- the command and the screen ------------------------------------------------------------------


async def spend(store: Store, now: Micros) -> None:
    """Let the first source spend two posts' money."""
    meter = Meter(StoredSpend(store), "x", "X", Ceiling(1_000_000, 20_000_000), lambda: now)
    async with meter.paying(5_000, 10) as payment:
        payment.bills += [Bill("post", one, 5_000) for one in "ab"]

    async def work(connection: Connection) -> None:
        await keep_uses(connection, 1, {"x"})

    await store.write(work)


def test_the_command_tells_what_is_spent(run: Run, filled: Path) -> None:
    async def fill() -> None:
        async with open_store(filled) as store:
            await spend(store, utc_now())

    asyncio.run(fill())
    listed: Any = run("sources", "-o", "json").json
    (one,) = [row["spend"] for row in listed if row["spend"]]
    assert (one["account"], one["day"], one["budget_day"]) == ("x", 0.01, 1.0)
    assert "spent: $0.01 of $1.00 today" in run("sources").out


async def test_the_pane_of_a_source_tells_what_is_spent(tmp_path: Path) -> None:
    async def prepare(store: Store) -> None:
        await spend(store, NOW)

    async with driven(tmp_path, (80, 24), prepare=prepare) as hub:
        await hub.press("5")
        for _ in range(4):
            if "spent:" in hub.frame():
                break
            await hub.press("j")
        assert "$0.01 of $1.00 today" in " ".join(hub.frame().split())


# --- answering -----------------------------------------------------------------------------------


class Dear(Scripted):
    """A network that charges for links, and does not let everybody be answered."""

    def __init__(self) -> None:
        super().__init__()
        self.why: Sentence | None = None

    def may_answer(self, to: Answered) -> Sentence | None:
        """Return why not."""
        return self.why

    def with_link(self) -> Sentence | None:
        """Return what a link costs."""
        return Sentence("It holds a link: that costs {price}.", {"price": "$0.20"})


@asynccontextmanager
async def desk_with(folder: Path, voice: Dear) -> AsyncIterator[Driven]:
    async with driven(folder, (120, 40), config=CONFIG) as one:
        one.app.desk.sender = Outbox(
            one.store, CONFIG, one.clock, listener=lambda _source, _fetch: voice, look_again=0
        )
        yield one


async def test_the_price_of_a_link_is_said_before_sending(tmp_path: Path) -> None:
    async with desk_with(tmp_path, Dear()) as one:
        await write_to(one, ANA, *"see")
        await one.press("ctrl+s")
        assert "that costs" not in boxed(one)
        await one.press("escape", *" a.example/b https://a.example", "ctrl+s")
        assert "that costs $0.20" in boxed(one)


async def test_a_post_a_program_may_not_answer_is_answered_by_hand(tmp_path: Path) -> None:
    voice = Dear()
    voice.why = Sentence("Only who calls upon us is answered from here.")
    async with desk_with(tmp_path, voice) as one:
        await write_to(one, ANA, *"Hello")
        assert "Only who calls upon us" in " ".join(one.frame().split())
        await one.press("ctrl+s")
        assert one.app.clipboard.endswith("Hello")
        assert "Did you send it?" in one.frame()
        assert voice.sends == []


# --- connecting ----------------------------------------------------------------------------------


def test_connect_says_what_it_wants(run: Run) -> None:
    assert run("connect", "x").code == 2
    assert run("connect", "nowhere", "--client-id", "a").code == 2
    ran = run("connect", "x", "--client-id", "a", "--client-secret", "plain")
    assert ran.code == 1
    assert "plain" not in ran.err
    assert "env:NAME" in ran.err


def test_connect_writes_what_to_configure(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, Path, int]] = []

    async def connect(fetch: Any, client: str, secret: str, file: Path, clock: Any, told: Any,
                      *, port: int) -> None:  # fmt: skip
        asked.append((client, file, port))
        await told("https://x.com/i/oauth2/authorize?client_id=a")

    monkeypatch.setattr("tui.commands.connect.connect", connect)
    monkeypatch.setattr("tui.commands.connect.open_link", lambda link: False)
    file = tmp_path / "x.json"
    ran = run("connect", "x", "--client-id", "a", "--port", "9000", "--file", str(file))
    assert ran.code == 0
    assert asked == [("a", file, 9000)]
    assert "https://x.com/i/oauth2/authorize?client_id=a" in ran.out
    assert f'account = "{file}"' in ran.out
    assert default_file().name == "x.json"
