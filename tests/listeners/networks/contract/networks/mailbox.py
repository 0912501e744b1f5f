"""A mailbox: one folder of an IMAP server, twenty-five mails at a time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest

from listeners.config import SourceConfig
from listeners.model import SECOND, Micros
from listeners.secret import Secret
from tests.fake.http_server import Reply
from tests.fake.imap import PASSWORD, USER, FakeImap, mail
from tests.listeners.networks.contract import scenario
from tests.listeners.networks.contract.scenario import FROM_ANYWHERE, Change

_NO_HTTP = "an IMAP server speaks no HTTP"


class Scenario(scenario.Scenario):
    network = "mailbox"
    impossible: ClassVar[Mapping[str, str]] = {
        **{case: _NO_HTTP for case in scenario.CASES if case.startswith(("429", "403"))},
        "wrong content type": _NO_HTTP,
        "format drift": "people write mails, so that a bad one is theirs",
        "edit": "a mail is never changed",
        "delete": "a mail thrown away does not unsay what it told",
        "cursor too old": FROM_ANYWHERE,
    }
    pages = 60

    def __init__(self) -> None:
        self.server = FakeImap()
        self._change: Change | None = None
        self._changed = 0

    async def open(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch, folder: Path) -> None:
        patch.setenv("MAIL_PASSWORD", PASSWORD)
        await stack.enter_async_context(self.server)
        self.server.between = self._between

    def source(self) -> SourceConfig:
        token = Secret("env:MAIL_PASSWORD")
        return SourceConfig(
            network="mailbox", base_url=self.server.url, token=token, options={"user": USER}
        )

    def clock(self) -> Micros:
        return Micros(self.server.now * SECOND)

    def write(self, text: str) -> int:
        return self.server.deliver(mail(text, ident=text.split()[1], at=self.server.now))

    def refuse(self, reply: Reply | None, after: int = 0) -> None:
        faults = {401: "NO [AUTHENTICATIONFAILED] no", 200: "flood", None: ""}
        self.server.fault = faults.get(reply.status if reply else None, "BYE")
        self.server.after, self.server.met = after, 0

    def change(self, change: Change | None) -> None:
        self._change, self._changed = change, 0

    def broken(self, record: Any) -> Any:
        return {**record, "data": b"no mail"}

    @property
    def asked(self) -> int:
        return len(self.server.commands)

    @property
    def met(self) -> int:
        return self.server.met + self._changed

    def _between(self, mails: list[Any]) -> None:
        if self._change is not None:
            self._changed += 1
            self._change(mails)
