"""Adding sources to the configuration and taking them out again, the rest of the file untouched.

The file belongs to a person: its comments, order and spelling stay. What would be written is read
first, and must mean exactly what was there and the new sources, else nothing is written.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from listeners.config.files import parse_config
from listeners.config.types import Config, ConfigError
from listeners.model import Sentence

Source = Mapping[str, str | bool]
"""The settings of a source as they are written."""

_BLANK = ("\n\n", "\n\r\n")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(r"\s*\[")
_SOURCE = re.compile(r"\s*\[\[\s*source\s*\]\]\s*(?:#.*)?")


def source_lines(source: Source) -> str:
    """Return a source as it stands in the configuration."""
    lines = ["[[source]]", *(f"{_name(key)} = {_value(value)}" for key, value in source.items())]
    return "\n".join(lines) + "\n"


def key_of(source: Source) -> str:
    """Return the lasting name that a source has in the store, as ``SourceConfig.key``."""
    server = str(source.get("base_url", "")).rstrip("/")
    at = f"@{server}" if server else ""
    return f"{source['network']}:{source.get('what', '')}{at}"


def add_sources(path: Path, sources: Sequence[Source]) -> Config:
    """Append sources to the configuration file and return what it says now.

    Sources that are there already are passed over. The file is replaced whole or not at all.

    Raises:
        ConfigError: the file is missing or wrong, the result would be, or cannot be written.
    """
    text = _text(path)
    before = parse_config(text, path)
    known = {source.key for source in before.sources}
    new = {key_of(source): source for source in sources if key_of(source) not in known}
    if not new:
        return before
    end = "\r\n" if "\r\n" in text else "\n"
    blocks = "\n".join(source_lines(source) for source in new.values()).replace("\n", end)
    joint = "" if not text else end if text.endswith("\n") else end * 2
    changed = f"{text}{joint}{blocks}"
    after = _parsed(changed, path)
    was, now = tomllib.loads(text), tomllib.loads(changed)
    if not _same_beside(was, now) or now["source"] != [*was.get("source", []), *new.values()]:
        raise _unclear(path)
    _write(path, text, changed)
    return after


def remove_sources(path: Path, keys: Sequence[str]) -> Config:
    """Take sources out of the configuration file, by their keys, and return what it says now.

    Lines of other tables and the comments before a source stay.

    Raises:
        ConfigError: the file is missing or wrong, a source cannot be told from its neighbours, or
            the file cannot be written.
    """
    text = _text(path)
    before = parse_config(text, path)
    wanted = set(keys)
    if not wanted.intersection(source.key for source in before.sources):
        return before
    changed, gone = "", False
    for block in _blocks(text):
        if _key(block) in wanted:
            gone = True
            continue
        # Where a source stood, one empty line is enough.
        changed += block.lstrip("\r\n") if gone and changed.endswith(_BLANK) else block
        gone = False
    if changed.endswith(_BLANK):
        changed = changed.rstrip("\r\n") + ("\r\n" if changed.endswith("\r\n") else "\n")
    after = _parsed(changed, path)
    was, now = tomllib.loads(text), tomllib.loads(changed)
    left = [one for one in was.get("source", []) if _key_of_table(one) not in wanted]
    if not _same_beside(was, now) or now.get("source", []) != left:
        raise _unclear(path)
    _write(path, text, changed)
    return after


def _same_beside(was: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Whether two documents say the same but for their sources."""
    return {**was, "source": 0} == {**now, "source": 0}


def _blocks(text: str) -> list[str]:
    """Return the text in pieces, each ``[[source]]`` table one of its own.

    The comments and empty lines at the end of a source belong to what follows it.
    """
    blocks: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            blocks.append([])
        blocks[-1].append(line)
    parted: list[str] = []
    for block in blocks:
        end = len(block)
        while end > 1 and (not block[end - 1].strip() or block[end - 1].lstrip().startswith("#")):
            end -= 1
        is_source = bool(block) and _SOURCE.fullmatch(block[0].rstrip("\r\n")) is not None
        parted += ["".join(block[:end]), "".join(block[end:])] if is_source else ["".join(block)]
    return parted


def _key(block: str) -> str:
    """Return the key of a source's table, empty for any other piece of the text."""
    if not _SOURCE.fullmatch(block.partition("\n")[0].rstrip("\r")):
        return ""
    try:
        return _key_of_table(tomllib.loads(block)["source"][0])
    except tomllib.TOMLDecodeError:
        return ""


def _key_of_table(table: Mapping[str, object]) -> str:
    return key_of({name: str(value) for name, value in table.items()})


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            Sentence("There is no configuration file {path}.", {"path": str(path)})
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            Sentence(
                "The configuration file {path} cannot be read as UTF-8 text.", {"path": str(path)}
            )
        ) from error


def _parsed(text: str, path: Path) -> Config:
    try:
        return parse_config(text, path)
    except ConfigError as error:
        raise _unclear(path) from error


def _unclear(path: Path) -> ConfigError:
    return ConfigError(
        Sentence(
            "Nothing was changed: the file is written in a way that cannot be changed safely from "
            "here. Add or remove the lines yourself: {path}",
            {"path": str(path)},
        )
    )


def _write(path: Path, before: str, text: str) -> None:
    """Replace the file by one of the same rights, unless somebody else changed it meanwhile."""
    home = path.resolve()
    try:
        mode = home.stat().st_mode & 0o777
        handle, temporary = tempfile.mkstemp(dir=home.parent, prefix=".hubbub-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode)
            if _text(home) != before:
                raise ConfigError(
                    Sentence(
                        "Nothing was written: somebody else changed the file just now. Try again: "
                        "{path}",
                        {"path": str(path)},
                    )
                )
            os.replace(temporary, home)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
    except OSError as error:
        raise ConfigError(
            Sentence(
                "The configuration cannot be written to {path}: {fault}.",
                {"path": str(path), "fault": error.strerror or type(error).__name__},
            )
        ) from error


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _value(value: str | bool) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else _quoted(value)


def _quoted(text: str) -> str:
    """Return a TOML basic string: that of JSON, with the one character more that TOML bars."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
