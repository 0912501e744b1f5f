"""A small IMAP server on loopback: one user, folders of mails, and faults that can be scripted.

    async with FakeImap() as server:
        server.deliver(mail(subject="Hello"))

It speaks enough of RFC 3501 for a reader: LOGIN, AUTHENTICATE PLAIN, EXAMINE, UID SEARCH, UID FETCH
with a partial BODY.PEEK, LOGOUT. What would change a folder it refuses; ``commands`` are all it was
told, without passwords.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

START = 1_800_000_000
USER, PASSWORD = "press@kerlann.example", "made-up word é"
SERVER = "mx.kerlann.example"


@dataclass
class Folder:
    """Mails by UID; ``validity`` is the number of this numbering."""

    validity: int = 7
    following: int = 1
    mails: dict[int, tuple[int, bytes]] = field(default_factory=dict)


class FakeImap:
    """The server; ``now`` is the second mails arrive at, which moves by a minute with each.

    ``plain`` offers AUTHENTICATE PLAIN, ``late_uid`` tells the UID behind a mail's text. ``fault``
    is an answer given instead of the next ones: ``NO …`` or ``BYE`` or ``flood``. ``between`` may
    change what is fetched.
    """

    def __init__(self) -> None:
        self.now = START
        self.folders: dict[str, Folder] = {"INBOX": Folder()}
        self.commands: list[str] = []
        self.plain = True
        self.late_uid = False
        self.fault = ""
        self.after = 0
        self.met = 0
        self.between: Callable[[list[Any]], None] | None = None
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"imap://127.0.0.1:{self.port}"

    def deliver(self, data: bytes, folder: str = "INBOX") -> int:
        """Put a mail into a folder; return its UID."""
        self.now += 60
        here = self.folders[folder]
        uid, here.following = here.following, here.following + 1
        here.mails[uid] = (self.now, data)
        return uid

    def renumber(self, folder: str = "INBOX") -> None:
        """Number all mails of a folder anew."""
        here = self.folders[folder]
        here.validity += 1
        here.mails = dict(enumerate(here.mails.values(), 100))
        here.following = 100 + len(here.mails)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        writer.write(b"* OK made up\r\n")
        folder = Folder()
        try:
            with suppress(ConnectionError):
                while line := (await reader.readline()).decode("ascii", "replace").strip():
                    tag, _, command = line.partition(" ")
                    name = command.split(" ")[0].upper()
                    self.commands.append("LOGIN …" if name == "LOGIN" else command)
                    if await self._failed(tag, name, writer):
                        continue
                    folder = await self._answer(tag, name, command, folder, reader, writer)
                    await writer.drain()
                    if name == "LOGOUT":
                        return
        finally:
            self._open.discard(task)
            writer.close()

    async def _failed(self, tag: str, name: str, writer: asyncio.StreamWriter) -> bool:
        if not self.fault or name in ("CAPABILITY", "LOGOUT"):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.met += 1
        if self.fault == "flood":
            with suppress(ConnectionError):
                writer.write(b"* " + b"x" * 3_000_000)
                await writer.drain()
        elif self.fault == "BYE":
            writer.write(b"* BYE gone\r\n")
            writer.close()
        else:
            writer.write(f"{tag} {self.fault}\r\n".encode())
        return True

    async def _answer(
        self,
        tag: str,
        name: str,
        command: str,
        folder: Folder,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> Folder:
        def say(*lines: str) -> None:
            writer.write("".join(f"{line}\r\n" for line in lines).encode())

        match name:
            case "CAPABILITY":
                say(
                    f"* CAPABILITY IMAP4rev1{' AUTH=PLAIN' if self.plain else ''}", f"{tag} OK done"
                )
            case "AUTHENTICATE":
                say("+ ")
                await writer.drain()
                _, user, word = base64.b64decode(await reader.readline()).decode().split("\0")
                good = (user, word) == (USER, PASSWORD)
                say(f"{tag} OK done" if good else f"{tag} NO [AUTHENTICATIONFAILED] no")
            case "LOGIN":
                good = command.split(" ", 1)[1] == f'{USER} "plain word"'
                say(f"{tag} OK done" if good else f"{tag} NO [AUTHENTICATIONFAILED] no")
            case "EXAMINE":
                named = command.split(" ", 1)[1].strip('"').replace('\\"', '"')
                if named not in self.folders:
                    say(f"{tag} NO [NONEXISTENT] no such folder")
                    return folder
                folder = self.folders[named]
                say(
                    f"* {len(folder.mails)} EXISTS",
                    f"* OK [UIDVALIDITY {folder.validity}] valid",
                    f"* OK [UIDNEXT {folder.following}] next",
                    f"{tag} OK [READ-ONLY] done",
                )
            case "UID" if command.startswith("UID SEARCH"):
                found = " ".join(map(str, self._search(folder, command)))
                say(f"* SEARCH {found}".strip(), f"{tag} OK done")
            case "UID" if command.startswith("UID FETCH"):
                self._fetch(folder, command, writer)
                say(f"{tag} OK done")
            case "LOGOUT":
                say("* BYE", f"{tag} OK done")
            case _:
                say(f"{tag} NO this would change something")
        return folder

    def _search(self, folder: Folder, command: str) -> list[int]:
        uids = sorted(folder.mails)
        if found := re.search(r"UID (\d+):\*", command):
            above = [uid for uid in uids if uid >= int(found[1])]
            return above or uids[-1:]
        day = datetime.strptime(command.rpartition(" ")[2], "%d-%b-%Y").replace(tzinfo=UTC)
        return [uid for uid in uids if folder.mails[uid][0] >= day.timestamp()]

    def _fetch(self, folder: Folder, command: str, writer: asyncio.StreamWriter) -> None:
        wanted = re.search(r"FETCH ([\d,]+) \(UID BODY\.PEEK\[\]<0\.(\d+)>\)", command)
        assert wanted is not None, command
        uids = [uid for uid in map(int, wanted[1].split(",")) if uid in folder.mails]
        mails: list[Any] = [{"uid": uid, "data": folder.mails[uid][1]} for uid in uids]
        if self.between is not None:
            self.between(mails)
        for number, one in enumerate(mails, 1):
            uid, data = one["uid"], one["data"][: int(wanted[2])]
            front, behind = ("", f" UID {uid}") if self.late_uid else (f"UID {uid} ", "")
            writer.write(f"* {number} FETCH ({front}BODY[]<0> {{{len(data)}}}\r\n".encode())
            writer.write(data + f"{behind})\r\n".encode())


def mail(
    text: str = "Where is Kerlann?",
    *,
    sender: str = "Ana <ana@a.example>",
    subject: str = "A question",
    ident: str = "",
    html: str = "",
    proof: str | None = None,
    at: int = START,
    **headers: str,
) -> bytes:
    """A mail; ``proof`` is what our mail server says it checked."""
    made = EmailMessage()
    if proof is not None:
        made["Authentication-Results"] = f"{SERVER}; {proof}"
    made["From"] = sender
    made["Subject"] = subject
    made["Message-ID"] = f"<{ident or abs(hash((text, subject, at)))}@made.example>"
    made["Date"] = datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made.as_bytes()
