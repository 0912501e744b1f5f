"""Who may import whom, proved in fresh interpreters by what is really loaded."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCREEN = ("textual", "rich")


def modules_of(package: str) -> list[str]:
    """Every module of a package, by its dotted name."""
    path = ROOT / package.replace(".", "/")
    found = pkgutil.walk_packages([str(path)], f"{package}.", onerror=lambda _name: None)
    return [package, *(module.name for module in found)]


def loaded_by(*modules: str) -> set[str]:
    """The top-level names loaded after importing these modules in a fresh interpreter."""
    code = (
        "import importlib, sys\n"
        # httpx loads a command line with rich if click happens to be installed: not ours.
        "sys.modules['click'] = None\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_listening_half_never_draws() -> None:
    assert loaded_by(*modules_of("listeners")).isdisjoint({"tui", *SCREEN})


@pytest.mark.parametrize("package", ["conversations", "risk", "sentiment", "query"])
def test_the_rules_reach_no_network_and_no_store(package: str) -> None:
    loaded = loaded_by(*modules_of(f"listeners.{package}"))
    assert loaded.isdisjoint({"httpx", "httpcore", "aiosqlite", "sqlite3", "websockets"})


def test_the_program_starts_without_screen_network_and_store() -> None:
    loaded = loaded_by("tui.__main__")
    assert loaded.isdisjoint({*SCREEN, "httpx", "aiosqlite", "selectolax", "asyncio", "numpy"})


def test_the_commands_need_no_screen() -> None:
    assert loaded_by(*modules_of("tui.commands")).isdisjoint(SCREEN)


@pytest.mark.parametrize("module", ["tui.actions", "tui.session", "tui.keymap", "tui.i18n"])
def test_what_is_shown_is_known_without_a_screen(module: str) -> None:
    assert loaded_by(module).isdisjoint({*SCREEN, "httpx", "aiosqlite"})


def test_the_screen_is_painted_before_the_network_is_loaded() -> None:
    assert loaded_by("tui.app").isdisjoint({"httpx", "websockets", "feedparser", "numpy"})


def test_the_help_is_shown_without_screen_network_and_store() -> None:
    code = (
        "import sys\n"
        "from tui.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert loaded.isdisjoint({*SCREEN, "httpx", "aiosqlite", "asyncio", "selectolax"})
