"""What commands share: settings, the store, durations, and how a failure is said."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from listeners.clock import from_iso, utc_now
from listeners.config import Config, default_store_path, load_config
from listeners.model import DAY, HOUR, MINUTE, SECOND, Micros, Sentence
from listeners.query import FtsQuery, Query, QuerySyntaxError, parse, to_fts
from listeners.store import Store, open_store
from listeners.team import may_write
from listeners.text import fold
from tui.commands import FAILED, WRONG_USE
from tui.commands.output import Output
from tui.i18n import _

_SPANS = {"s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "j": DAY, "w": 7 * DAY}


class CommandError(Exception):
    """A command cannot go on; ``sentence`` says why and what to do, ``code`` is the exit code.

    ``above`` is shown before the sentence: a query with the place of its fault.
    """

    def __init__(self, sentence: Sentence, code: int = FAILED, above: str = "") -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence
        self.code = code
        self.above = above


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command was told: configuration, store, output and who is typing."""

    config: Config
    store: Path
    output: Output

    @classmethod
    def of(cls, config: Config, store: str, output: Output) -> Settings:
        """Return settings; no ``store`` means the usual one."""
        return cls(config, Path(store).expanduser() if store else default_store_path(), output)

    @property
    def member(self) -> str:
        """Whose actions these are: the configuration's ``member``, else the user's login."""
        if self.config.member:
            return self.config.member
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return "me"


def settings(arguments: argparse.Namespace) -> Settings:
    """Return what the common options say.

    Raises:
        ConfigError: the configuration is wrong, or is not where it was said to be.
    """
    named = getattr(arguments, "config", "")
    config = load_config(Path(named).expanduser() if named else None)
    return Settings.of(
        seated(config, getattr(arguments, "member", "") or os.environ.get("HUBBUB_MEMBER", "")),
        getattr(arguments, "store", ""),
        Output(getattr(arguments, "output", "table")),
    )


def seated(config: Config, member: str) -> Config:
    """Return the configuration with who sits here, where that is said elsewhere than in it.

    Raises:
        CommandError: the team has nobody of this name.
    """
    if not member:
        return config
    if config.members and member not in config.members:
        raise CommandError(
            Sentence(
                "There is nobody called {who} in the team: {members}.",
                {"who": member, "members": ", ".join(config.members)},
            ),
            WRONG_USE,
        )
    return replace(config, member=member)


@asynccontextmanager
async def reading(known: Settings) -> AsyncIterator[Store]:
    """Open the store to look at it.

    Raises:
        CommandError: there is none yet.
        StoreError: it cannot be read.
    """
    _must_exist(known)
    async with open_store(known.store, read_only=True) as store:
        yield store


@asynccontextmanager
async def writing(known: Settings) -> AsyncIterator[Store]:
    """Open an existing store to change it.

    Raises:
        CommandError: there is none yet, or this member may only look.
        StoreError: it cannot be written.
    """
    must_write(known)
    _must_exist(known)
    async with open_store(known.store) as store:
        yield store


def must_write(known: Settings) -> None:
    """Refuse whoever may only look.

    Raises:
        CommandError: this member is an observer.
    """
    refusal = may_write(known.config, known.member)
    if refusal is not None:
        raise CommandError(refusal)


def _must_exist(known: Settings) -> None:
    if not known.store.exists():
        raise CommandError(
            Sentence(
                "There is no store at {path} yet. Start hubbub, or “hubbub listen”, first.",
                {"path": str(known.store)},
            )
        )


def query_of(text: str) -> Query:
    """Read a query.

    Raises:
        CommandError: it cannot be read; the fault is pointed at.
    """
    try:
        return parse(text)
    except QuerySyntaxError as error:
        raise CommandError(error.sentence, WRONG_USE, above=error.pointed(text)) from error


def searched(text: str) -> FtsQuery | None:
    """Return a search for the store, ``None`` for no words.

    Raises:
        CommandError: the query cannot be read.
    """
    return to_fts(query_of(text)) if text else None


def span(text: str) -> int:
    """Return a length of time in microseconds: ``90s``, ``30m``, ``2h``, ``7d``, ``1w``.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    number = text.strip().rstrip("smindhjw")
    unit = text.strip()[len(number) :] or "s"
    try:
        length = float(number.replace(",", ".")) * _SPANS[unit]
        if not 0 <= length < 36500 * DAY:
            raise ValueError(text)
    except (ValueError, KeyError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} (30s, 15m, 2h, 7d)") from error
    return int(length)


def past(text: str) -> Micros:
    """Return a time that is past: a length of time ago (``24h``), or a date (``2026-11-22``).

    Raises:
        argparse.ArgumentTypeError: it is neither.
    """
    try:
        return from_iso(text)
    except ValueError:
        return Micros(utc_now() - span(text))


def future(text: str) -> Micros:
    """Return a time to come: in a length of time (``2h``), or a date and time.

    Raises:
        argparse.ArgumentTypeError: it is neither, or it is past.
    """
    try:
        at = from_iso(text)
    except ValueError:
        at = Micros(utc_now() + span(text))
    if at <= utc_now():
        raise argparse.ArgumentTypeError(_("{text} is past").format(text=text))
    return at


def words(text: str) -> tuple[str, ...]:
    """Return a list written with commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def numbers(text: str) -> tuple[int, ...]:
    """Return ids written with commas.

    Raises:
        argparse.ArgumentTypeError: one of them is no number.
    """
    try:
        ids = tuple(int(word.removeprefix("#")) for word in words(text))
        if not ids or any(not 0 < one < 2**63 for one in ids):
            raise ValueError(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} (12, or 12,13,14)") from error
    return ids


def settings_of_brand(arguments: argparse.Namespace) -> Settings:
    """Return the settings for a command that shows what is of the brand it is given, if of one.

    A name that is misspelt would else find nothing, and all would look well; one in other letters
    becomes that of the configuration.

    Raises:
        CommandError: the configuration cannot be used, or has no such brand.
    """
    known, name = settings(arguments), getattr(arguments, "brand", "")
    if name:
        names = [brand.name for brand in known.config.brands]
        alike = [one for one in names if one == name] or [
            one for one in names if fold(one) == fold(name)
        ]
        if not alike:
            raise CommandError(Sentence("There is no brand {brand}.", {"brand": name}), WRONG_USE)
        arguments.brand = alike[0]
    return known


def row_number(text: str) -> int:
    """Return one id.

    Raises:
        argparse.ArgumentTypeError: it is no number, or one that no row can have.
    """
    ids = numbers(text)
    if len(ids) != 1:
        raise argparse.ArgumentTypeError(f"{text!r} (12)")
    return ids[0]


def amount(text: str) -> int:
    """Return how many rows are wanted at most.

    Raises:
        argparse.ArgumentTypeError: it is no number from 1 to a million.
    """
    try:
        wanted = int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} (1 … 1000000)") from error
    if not 1 <= wanted <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} (1 … 1000000)")
    return wanted


def lines_of_input() -> list[str]:
    """Return the lines of the standard input, bytes that are not UTF-8 replaced.

    Raises:
        CommandError: a person is at the keyboard and was not told that input is awaited.
    """
    if sys.stdin is None:
        return []
    data = sys.stdin.buffer.read()
    return data.decode("utf-8", "replace").splitlines()


def quiet_output() -> None:
    """Send what is still to be written nowhere: the reader of our output has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
