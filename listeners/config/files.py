"""Where the configuration lives, and how it is read and first written."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs

from listeners.config.reader import Reader
from listeners.config.types import Config, ConfigError
from listeners.model import Sentence


def default_config_path() -> Path:
    """Where the configuration lives unless ``--config`` or ``HUBBUB_CONFIG`` says otherwise."""
    named = os.environ.get("HUBBUB_CONFIG")
    return Path(named) if named else Path(platformdirs.user_config_dir("hubbub")) / "hubbub.toml"


def default_store_path() -> Path:
    """Where the store lives unless ``--store`` or ``HUBBUB_STORE`` says otherwise."""
    named = os.environ.get("HUBBUB_STORE")
    return Path(named) if named else Path(platformdirs.user_data_dir("hubbub")) / "hubbub.db"


def load_config(path: Path | None = None) -> Config:
    """Read and check the configuration; a missing default file is an empty configuration.

    Raises:
        ConfigError: the file is missing although it was named, unreadable, or wrong somewhere.
    """
    chosen = path or default_config_path()
    named = path is not None or "HUBBUB_CONFIG" in os.environ
    try:
        text = chosen.read_text(encoding="utf-8")
    except FileNotFoundError:
        if named and path is not None:
            raise ConfigError(
                Sentence("There is no configuration file {path}.", {"path": str(chosen)})
            ) from None
        return Config(path=chosen)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            Sentence(
                "The configuration file {path} cannot be read as UTF-8 text.", {"path": str(chosen)}
            )
        ) from error
    return parse_config(text, chosen)


def parse_config(text: str, path: Path) -> Config:
    """Check the text of a configuration; ``path`` is only named in errors.

    Raises:
        ConfigError: with the line of the fault.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            Sentence(
                "{path} is not valid TOML: {fault}. Nothing was changed.",
                {"path": str(path), "fault": str(error)},
            )
        ) from error
    return Reader(text, path).config(document)


def write_first_config(
    path: Path,
    *,
    name: str,
    handles: Mapping[str, Sequence[str]],
    website: str = "",
    sources: Sequence[Mapping[str, str]] = (),
) -> None:
    """Write the configuration of a first run: one brand and the sources it starts with.

    The file appears whole or not at all, readable by its owner alone, and an existing one is
    never replaced.

    Raises:
        ConfigError: a file is already there, or the folder cannot be written.
    """
    lines = [
        "# hubbub's configuration. Every setting is described in the README.",
        "",
        f"[brand.{_quoted(name)}]",
        f"names = [{_quoted(name)}]",
    ]
    if handles:
        pairs = ", ".join(
            f"{_quoted(network)} = [{', '.join(_quoted(handle) for handle in values)}]"
            for network, values in handles.items()
        )
        lines.append(f"handles = {{ {pairs} }}")
    if website:
        lines.append(f"websites = [{_quoted(website)}]")
    for source in sources:
        lines += ["", "[[source]]", *(f"{key} = {_quoted(value)}" for key, value in source.items())]
    text = "\n".join(lines) + "\n"
    parse_config(text, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".hubbub-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            os.link(temporary, path)
        finally:
            os.unlink(temporary)
    except FileExistsError as error:
        raise ConfigError(
            Sentence("{path} exists already and was left as it is.", {"path": str(path)})
        ) from error
    except OSError as error:
        raise ConfigError(
            Sentence(
                "The configuration cannot be written to {path}: {fault}.",
                {"path": str(path), "fault": error.strerror or type(error).__name__},
            )
        ) from error


def _quoted(value: str) -> str:
    """Return a TOML basic string: a JSON string whose non-ASCII characters are left as they are."""
    return json.dumps(value, ensure_ascii=False)
