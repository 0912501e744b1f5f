"""The mailbox listener against a real IMAP server; run by ``make servers``.

``HUBBUB_IMAP`` is a server such as ``imap://127.0.0.1:8151`` with any user and the password
``hunter2``, ``HUBBUB_LMTP`` where mails are delivered (``127.0.0.1:8153``). ``HUBBUB_IMAPS`` is the
same by TLS (``imaps://localhost:8152``), ``HUBBUB_IMAP_CA`` its certificate.
"""

from __future__ import annotations

import asyncio
import imaplib
import os
import smtplib
import time
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import urlsplit

import pytest

from listeners.clock import utc_now
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch
from listeners.networks.contract import SourceError
from listeners.networks.mailbox.listener import MailboxListener, read_cursor
from listeners.secret import Secret

SERVER = os.environ.get("HUBBUB_IMAP", "")
DELIVERY = os.environ.get("HUBBUB_LMTP", "")
BY_TLS = os.environ.get("HUBBUB_IMAPS", "")
AUTHORITY = os.environ.get("HUBBUB_IMAP_CA", "")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not (SERVER and DELIVERY), reason="no IMAP: HUBBUB_IMAP, HUBBUB_LMTP"),
]


class Post:
    """A mailbox of its own."""

    def __init__(self) -> None:
        self.user = f"press{time.time_ns()}"

    def deliver(self, subject: str, text: str, sender: str = "Élise <elise@a.example>") -> None:
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, "press@localhost", subject
        made["Message-ID"] = f"<{subject}.{self.user}@made.example>"
        made["Date"] = formatdate()
        made["Authentication-Results"] = "mx.made.example; dkim=pass header.d=linkedin.com"
        made.set_content(text)
        host, _, port = DELIVERY.partition(":")
        with smtplib.LMTP(host, int(port)) as lmtp:
            lmtp.sendmail("a@a.example", [f"{self.user}@localhost"], made.as_bytes())

    def open(self) -> imaplib.IMAP4:
        parts = urlsplit(SERVER)
        imap = imaplib.IMAP4(parts.hostname or "", parts.port or 143)
        imap.login(self.user, "hunter2")
        return imap

    async def read(
        self, cursor: str | None = None, what: str = "", server: str = SERVER
    ) -> list[Batch]:
        source = SourceConfig(
            network="mailbox",
            what=what,
            base_url=server,
            token=Secret("env:MAIL_PASSWORD"),
            options={"user": self.user, "authserv": "mx.made.example"},
        )
        async with Fetcher() as fetch:
            return [b async for b in MailboxListener(source, [], fetch, utc_now).poll(cursor)]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    return Post()


def titles(batches: list[Batch]) -> list[str]:
    return [post.title for batch in batches for post in batch.posts]


async def test_a_folder_is_read_and_left_as_it_was(post: Post) -> None:
    post.deliver("1", "Où est le Kerlann ?")
    post.deliver("2", "Ana commented: “Hello”", "LinkedIn <n@linkedin.com>")
    batches = await post.read()
    one, two = (found for batch in batches for found in batch.posts)
    assert (one.author.name, one.text) == ("Élise", "Où est le Kerlann ?")
    assert (two.network, two.text) == ("linkedin", "Hello")
    cursor = batches[-1].cursor
    assert await post.read(cursor) == []
    imap = post.open()
    imap.select("INBOX")
    assert imap.search(None, "UNSEEN")[1] == [b"1 2"], "reading leaves no mark"
    imap.store("1", "+FLAGS", r"(\Deleted)")
    imap.expunge()
    imap.logout()
    post.deliver("3", "Bonjour")
    assert titles(await post.read(cursor)) == ["3"]


async def test_a_folder_that_was_made_anew_is_read_again(post: Post) -> None:
    post.deliver("1", "One")
    imap = post.open()
    imap.create("News")
    imap.select("INBOX")
    imap.copy("1", "News")
    cursor = (await post.read(what="News"))[-1].cursor
    await asyncio.sleep(1.1)  # the server numbers folders by the second
    imap.delete("News")
    imap.create("News")
    imap.copy("1", "News")
    imap.logout()
    batches = await post.read(cursor, "News")
    assert titles(batches) == ["1"]
    before, after = read_cursor(cursor), read_cursor(batches[-1].cursor)
    assert before is not None
    assert after is not None
    assert before.validity != after.validity


async def test_who_is_refused(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="no folder"):
        await post.read(what="Elsewhere")
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    with pytest.raises(SourceError, match="does not accept"):
        await post.read()


@pytest.mark.skipif(not (BY_TLS and AUTHORITY), reason="no TLS: HUBBUB_IMAPS, HUBBUB_IMAP_CA")
async def test_a_certificate_is_checked(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.deliver("1", "One")
    with pytest.raises(SourceError, match="certificate"):
        await post.read(server=BY_TLS)
    monkeypatch.setenv("SSL_CERT_FILE", AUTHORITY)
    assert titles(await post.read(server=BY_TLS)) == ["1"]
