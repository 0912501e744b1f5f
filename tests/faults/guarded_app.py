"""A small application on hubbub's base, run by the terminal tests as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from listeners.store import open_store
from tests.fake.hostile import HOSTILE
from tui import log
from tui.terminal.ending import run_screen, run_to_end
from tui.terminal.guard import GuardedApp


class SmallApp(GuardedApp[None]):
    """Shows a line, an input, and can be made to fail in many ways."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "fail"),
        Binding("w", "write_errors"),
        Binding("h", "show_hostile"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("ready to fail", id="head", markup=False)
        yield Static("", id="text", markup=False)
        yield Input(id="input")

    def on_mount(self) -> None:
        text = self.query_one("#text")
        text.can_focus = True
        text.focus()

    def action_fail(self) -> None:
        token = "local-" + "secret"
        raise RuntimeError(f"failed on purpose, {len(token)}")

    def action_write_errors(self) -> None:
        os.write(2, b"noise of a library")
        subprocess.run(["sh", "-c", "echo noise of a child >&2"], check=True)
        sys.__stderr__.write("noise of python")
        sys.__stderr__.flush()
        self.query_one("#text", Static).update("quiet")

    def action_show_hostile(self) -> None:
        # Nothing is cleaned here on purpose: the line filter is what stands in the way.
        self.query_one("#text", Static).update(
            " ".join(text[:60].replace("\n", " ") for _, text in HOSTILE)
        )
        self.set_timer(0.3, lambda: self.query_one("#head", Static).update("shown"))


async def main() -> int:
    log.start_log()
    async with open_store(Path(sys.argv[1])):
        return await run_screen(SmallApp())


if __name__ == "__main__":
    sys.exit(run_to_end(main()))
