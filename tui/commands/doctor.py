"""``hubbub doctor``: check this installation and say what to mend."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import listeners
from listeners.clock import utc_now
from listeners.config import Config, ConfigError, default_config_path, load_config
from listeners.model import Sentence
from listeners.networks.registry import NETWORKS, capabilities
from listeners.query import QuerySyntaxError, query_for_brand
from listeners.rows import SourceRow
from listeners.secret import SecretError
from listeners.store import Store, StoreError, open_store, reads
from listeners.store.duty import rota_now
from tui import log
from tui.commands import DONE, FAILED
from tui.commands.common import Settings
from tui.commands.output import Column, Output
from tui.i18n import _, language, msgid, say
from tui.keeping_words import kept_of_all
from tui.keymap import KeymapError
from tui.network_state import network_standing
from tui.own_keys import own_keys
from tui.sources import short_title
from tui.terminal.clipboard import copy_command
from tui.terminal.ending import run_to_end
from tui.terminal.opener import browser_command
from tui.terminal.tty import why_no_screen

State = Literal["ok", "note", "mend"]

FIXED_SQLITE = (3, 51, 3)
"""From here on SQLite has no rare damage when two processes checkpoint at once."""

_MARKS = {"ok": "✓", "note": "·", "mend": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, how it is, and in words."""

    what: str
    state: State
    detail: Sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the common options alone."""


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; fail if something must be mended."""
    named = getattr(arguments, "config", "")
    config_path = Path(named).expanduser() if named else default_config_path()
    store_path = getattr(arguments, "store", "")
    findings = [*_program(), *_terminal()]
    config, found = _configuration(config_path, bool(named))
    findings += found
    known = Settings.of(config, store_path, Output(getattr(arguments, "output", "table")))
    code = run_to_end(_look(known, findings), 1)
    known.output.rows(
        findings,
        (
            Column("", lambda one: _MARKS[one.state]),
            Column(msgid("What"), lambda one: _(one.what)),
            Column(msgid("How it is"), lambda one: say(one.detail)),
        ),
        lambda one: {"what": one.what, "state": one.state, "detail": say(one.detail)},
    )
    return code


async def _look(known: Settings, findings: list[Finding]) -> int:
    findings += await _store(known)
    findings += _keeping(known.config)
    findings += _log()
    return FAILED if any(one.state == "mend" for one in findings) else DONE


def _program() -> Iterator[Finding]:
    yield Finding(
        msgid("hubbub"),
        "ok",
        Sentence(
            "{version}, Python {python}, {system}, language {language}",
            {
                "version": listeners.__version__,
                "python": platform.python_version(),
                "system": f"{platform.system()} {platform.release()} {platform.machine()}",
                "language": language(),
            },
        ),
    )
    library = sqlite3.sqlite_version_info
    if library < FIXED_SQLITE:
        yield Finding(
            msgid("SQLite"),
            "note",
            Sentence(
                "{version}; before 3.51.3 two processes could, very rarely, damage a store. "
                "hubbub lets one process alone do what is needed for that.",
                {"version": sqlite3.sqlite_version},
            ),
        )
    else:
        yield Finding(
            msgid("SQLite"), "ok", Sentence("{version}", {"version": sqlite3.sqlite_version})
        )
    versions = ", ".join(
        f"{name} {metadata.version(name)}"
        for name in ("textual", "httpx", "aiosqlite", "websockets")
    )
    yield Finding(msgid("libraries"), "ok", Sentence("{versions}", {"versions": versions}))


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    refusal = why_no_screen()
    if refusal is not None:
        yield Finding(msgid("terminal"), "note", refusal)
    else:
        state: State = "ok" if size.columns >= 80 and size.lines >= 24 else "note"
        yield Finding(
            msgid("terminal"),
            state,
            Sentence(
                "{term}, {columns}x{lines}, colours {colours}; from 80x24 on everything fits",
                {
                    "term": os.environ.get("TERM", "?"),
                    "columns": size.columns,
                    "lines": size.lines,
                    "colours": _colours(),
                },
            ),
        )
    encoding = sys.stdout.encoding or "?"
    yield Finding(
        msgid("characters"),
        "ok" if encoding.lower().replace("-", "") == "utf8" else "note",
        Sentence("the output is in {encoding}", {"encoding": encoding}),
    )
    browser, clipboard = browser_command(), copy_command()
    yield Finding(
        msgid("browser"),
        "ok" if browser else "note",
        Sentence("links open with {command}", {"command": browser[0]})
        if browser
        else Sentence("no browser can be seen from here; links are copied instead"),
    )
    yield Finding(
        msgid("clipboard"),
        "ok" if clipboard else "note",
        Sentence("copies with {command}, and through the terminal", {"command": clipboard[0]})
        if clipboard
        else Sentence("copies through the terminal alone, where it allows that (OSC 52)"),
    )


def _colours() -> str:
    if os.environ.get("NO_COLOR"):
        return "NO_COLOR"
    return os.environ.get("COLORTERM") or "256"


def _configuration(path: Path, named: bool) -> tuple[Config, list[Finding]]:
    what = msgid("configuration")
    try:
        config = load_config(path if named else None)
    except ConfigError as error:
        wrong = Sentence(
            "{where} {fault}", {"where": error.where or str(path), "fault": say(error.sentence)}
        )
        return Config(path=path), [Finding(what, "mend", wrong)]
    if not config.brands:
        empty = Sentence(
            "{path}: no brand yet. Start hubbub, or run “hubbub init”.", {"path": str(path)}
        )
        return config, [Finding(what, "note", empty)]
    findings = [
        Finding(
            what,
            "ok",
            Sentence(
                "{path}: brands {brands}, sources {sources}",
                {"path": str(path), "brands": len(config.brands), "sources": len(config.sources)},
            ),
        )
    ]
    return config, findings + list(_inside(config))


def _inside(config: Config) -> Iterator[Finding]:
    for brand in config.brands:
        try:
            query_for_brand(brand)
        except QuerySyntaxError as error:
            yield Finding(
                msgid("query"),
                "mend",
                Sentence("{brand}: {fault}", {"brand": brand.name, "fault": say(error.sentence)}),
            )
    try:
        own_keys(config)
    except KeymapError as error:
        for sentence in error.sentences:
            yield Finding(msgid("keys"), "mend", sentence)
    for source in config.sources:
        if source.network not in NETWORKS:
            yield Finding(
                msgid("source"),
                "mend",
                Sentence(
                    "hubbub knows no network {network}; it knows {networks}",
                    {"network": source.network, "networks": ", ".join(NETWORKS)},
                ),
            )
        try:
            if source.token is not None:
                source.token.reveal()
        except SecretError as error:
            yield Finding(
                msgid("source"),
                "mend",
                Sentence("{source}: {fault}", {"source": source.key, "fault": say(error.sentence)}),
            )


def _keeping(config: Config) -> Iterator[Finding]:
    for told, sources in kept_of_all(config):
        listed = Sentence("kept {long}: {sources}", {"long": told, "sources": sources})
        yield Finding(msgid("keeping"), "ok", listed)


async def _store(known: Settings) -> list[Finding]:
    what = msgid("store")
    path = known.store
    place = {"path": str(path)}
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        missing = Finding(what, "note", Sentence("{path}: not there yet", place))
        return [missing, *_networks(())]
    except OSError as error:
        fault = error.strerror or type(error).__name__
        return [Finding(what, "mend", Sentence("{path}: {fault}", {**place, "fault": fault}))]
    findings = []
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        open_to_others = Sentence("{path} can be read by others. Run: chmod 600 {path}", place)
        findings.append(Finding(what, "mend", open_to_others))
    try:
        async with open_store(path, read_only=True) as store:
            size = path.stat().st_size / 1e6
            whole = Sentence("{path}: whole, {size:.1f} MB", {**place, "size": size})
            rows = await reads.sources(store)
            duty = await _duty(known, store)
            return [*findings, Finding(what, "ok", whole), *duty, *_networks(rows)]
    except StoreError as error:
        return [*findings, Finding(what, "mend", error.sentence)]


async def _duty(known: Settings, store: Store) -> list[Finding]:
    """Say whose phone would ring now, where any follows the rota."""
    following = [one for one in known.config.notify.channels if one.on_duty]
    if not following:
        return []
    now = utc_now()
    rota = await store.read(lambda connection: rota_now(connection, now))
    names = rota.on_duty("", now)
    reachable = {name for one in following for name in one.members}
    if not set(names) & reachable:
        gap = Sentence("nobody on duty can be reached now: every channel of the rota rings")
        return [Finding(msgid("duty"), "note", gap)]
    there = Sentence("on duty now: {names}", {"names": ", ".join(names)})
    return [Finding(msgid("duty"), "ok", there)]


def _networks(rows: Sequence[SourceRow]) -> Iterator[Finding]:
    for capability in capabilities():
        here = [row for row in rows if row.network == capability.network]
        fine, words = network_standing(capability, here)
        yield Finding(
            short_title(capability), "ok" if fine else "note", Sentence("{said}", {"said": words})
        )


def _log() -> list[Finding]:
    path = log.default_path()
    return [Finding(msgid("log"), "ok", Sentence("{path}", {"path": str(path)}))]
