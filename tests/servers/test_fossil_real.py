"""A real forum: Fossil's, found from its address alone and read as it grows.

Needs HUBBUB_FOSSIL_URL (a Fossil server with a forum, and users bruno and elodie who may write,
password hunter2).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import httpx
import pytest

from listeners.clock import utc_now
from listeners.config import SourceConfig
from listeners.http import Fetcher
from listeners.model import Batch, Post
from listeners.networks.forum.listener import ForumListener

pytestmark = pytest.mark.servers

_FIELD = re.compile(r'name="(csrf|fpid|reply|edit)"\s+value="([^"]*)"')


class Member:
    """Somebody signed in, and how a topic is opened and answered in a browser."""

    def __init__(self, url: str, name: str) -> None:
        self._web = httpx.Client(base_url=url, follow_redirects=True)
        self._web.post("/login", data={"u": name, "p": "hunter2", "in": "Login"})

    def close(self) -> None:
        self._web.close()

    def ask(self, title: str, text: str) -> str:
        """Open a topic; return the number of its first post."""
        return self._say("/forume1", "/forume1", title=title, content=text)

    def answer(self, post: str, text: str) -> str:
        """Answer a post."""
        return self._say("/forume2", f"/forumpost/{post}", reply="1", content=text)

    def _say(self, action: str, page: str, **fields: str) -> str:
        form = dict(_FIELD.findall(self._web.get(page).text))
        form.update(fields, mimetype="text/x-markdown", submit="Submit")
        referer = str(self._web.base_url.join(page))
        answer = self._web.post(action, data=form, headers={"referer": referer})
        assert "/forumpost/" in str(answer.url), answer.text[:500]
        return str(answer.url).rpartition("/")[2]


@pytest.fixture
def url() -> str:
    found = os.environ.get("HUBBUB_FOSSIL_URL")
    if not found:
        pytest.skip("HUBBUB_FOSSIL_URL names no Fossil server")
    return found.rstrip("/")


@pytest.fixture
def members(url: str) -> Iterator[tuple[Member, Member]]:
    bruno, elodie = Member(url, "bruno"), Member(url, "elodie")
    yield bruno, elodie
    bruno.close()
    elodie.close()


@pytest.fixture
async def fetch() -> AsyncIterator[Fetcher]:
    async with Fetcher() as made:
        yield made


async def polled(listener: ForumListener, cursor: str | None = None) -> list[Batch]:
    async with aclosing(listener.poll(cursor)) as batches:
        return [batch async for batch in batches]


def about(batches: list[Batch], subject: str) -> list[Post]:
    return [post for batch in batches for post in batch.posts if post.title == subject]


async def test_a_topic_and_its_answer(
    url: str, members: tuple[Member, Member], fetch: Fetcher
) -> None:
    bruno, elodie = members
    subject = f"Kerlann {time.time_ns()} en panne ?"
    source = SourceConfig(network="forum", what=f"{url}/forum")

    def listener() -> ForumListener:
        return ForumListener(source, [], fetch, utc_now)

    opened = bruno.ask(subject, "Bonjour, cela ne marche plus.")
    first = await polled(listener())
    (question,) = about(first, subject)
    assert question.native_id.rpartition("/p")[2].startswith(opened)
    assert (question.author.name, question.parent_id) == ("bruno", None)
    cursor = next(batch.cursor for batch in reversed(first) if batch.cursor)
    elodie.answer(opened, "Pareil ici.")
    second = await polled(listener(), cursor)
    (reply,) = about(second, subject)
    assert reply.author.name == "elodie"
    assert reply.parent_id == reply.root_id == question.root_id
    cursor = next(batch.cursor for batch in reversed(second) if batch.cursor)
    assert about(await polled(listener(), cursor), subject) == []
