"""The drop folder: a file of records that grows, read from where it was left."""

from __future__ import annotations

import json
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest

from listeners.clock import from_iso
from listeners.config import SourceConfig
from listeners.model import MINUTE, SECOND, Micros
from tests.fake.http_server import Reply
from tests.listeners.networks.contract import scenario
from tests.listeners.networks.contract.scenario import CASES, Change

Record = dict[str, Any]


class Scenario(scenario.Scenario):
    network = "import"
    pages = 120
    impossible: ClassVar = {
        **{case: "a folder on this computer: nobody answers" for case in CASES if case[0] in "45"},
        "format drift": "people make the records: a bad one is theirs, and no change of format",
        "delete": "a file says what was written, not what was taken away",
        "suddenly empty": "a file that is gone was put away by a person",
        "cursor too old": "a file is read from any place on, however long ago that was",
        "cursor unreadable": "every file is read once more from its beginning: nothing is missed",
        "huge body": "files are read in pieces, however long they are",
        "wrong content type": "the ending of a file's name says what it is",
    }

    def __init__(self) -> None:
        self._written = 0
        self._pending: list[Any] = []
        self._change: Change | None = None
        self._met = 0

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self._folder = folder / "drop"
        self._folder.mkdir()
        self.now = from_iso("2026-11-22T11:00:00Z")

    def source(self) -> SourceConfig:
        return SourceConfig(network="import", what=str(self._folder))

    def clock(self) -> Micros:
        return self.now

    def write(self, text: str) -> Record:
        self.now = Micros(self.now + SECOND)
        made = {"id": f"r{self._written}", "text": text, "author": "zoe"}
        self._written += 1
        self._pending.append(made)
        return made

    def edit(self, made: Record, text: str) -> None:
        # A later line with the same id.
        self._pending.append({**made, "text": text})

    def refuse(self, reply: Reply | None, after: int = 0) -> None:
        raise NotImplementedError

    def change(self, change: Change | None) -> None:
        self._change = change

    def broken(self, record: Any) -> Any:
        return {"broken": record}

    @property
    def asked(self) -> int:
        raise NotImplementedError

    @property
    def met(self) -> int:
        return self._met

    def settle(self) -> None:
        shown, self._pending = self._pending, []
        if self._change is not None and shown:
            self._change(shown)
            self._met += 1
        if shown:
            path = self._folder / "said.jsonl"
            with path.open("a") as file:
                file.writelines(json.dumps(record) + "\n" for record in shown)
            at = (self.now - MINUTE) / SECOND
            os.utime(path, (at, at))
