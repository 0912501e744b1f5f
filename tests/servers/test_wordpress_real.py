"""A real WordPress: articles, comments, threads, edits and conditional requests, for real.

Needs HUBBUB_WORDPRESS_URL (a fresh WordPress 6, its feeds and its REST interface reachable) and,
where they are not the usual ones of a throw-away server, HUBBUB_WORDPRESS_LOGIN=user:password.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from listeners.clock import utc_now
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.http import Fetcher
from listeners.model import Batch, Post, SourceState
from listeners.networks.feeds.listener import FeedsListener
from listeners.store import open_store, reads
from listeners.store.filters import StreamFilter

pytestmark = pytest.mark.servers


class Blog:
    """An administrator's hands on the blog, through WordPress's own interfaces."""

    def __init__(self, url: str, login: str) -> None:
        self.url = url.rstrip("/")
        user, _, password = login.partition(":")
        self._web = httpx.Client(base_url=self.url, follow_redirects=True, timeout=30.0)
        self._web.get("/wp-login.php")
        self._web.post("/wp-login.php", data={"log": user, "pwd": password, "testcookie": "1"})
        nonce = self._web.get("/wp-admin/admin-ajax.php", params={"action": "rest-nonce"}).text
        assert re.fullmatch(r"\w{10}", nonce), "WordPress did not let us in"
        self._nonce = {"x-wp-nonce": nonce}

    def close(self) -> None:
        self._web.close()

    def rest(self, path: str, **values: object) -> dict[str, object]:
        answer = self._web.post(
            "/", params={"rest_route": f"/wp/v2/{path}"}, json=values, headers=self._nonce
        )
        assert answer.is_success, answer.text
        made: dict[str, object] = answer.json()
        return made

    def article(self, title: str, content: str) -> tuple[int, str]:
        """Publish an article; returns its number and its lasting id."""
        made = self.rest("posts", title=title, content=content, status="publish")
        guid = made["guid"]
        assert isinstance(guid, dict)
        return int(str(made["id"])), str(guid["rendered"])

    def comment(self, article: int, text: str, author: str, parent: int = 0) -> int:
        made = self.rest(
            "comments",
            post=article,
            parent=parent,
            content=text,
            author_name=author,
            author_email="visitor@mail.example",
            status="approve",
        )
        return int(str(made["id"]))


@pytest.fixture(scope="module")
def blog() -> Iterator[Blog]:
    url = os.environ.get("HUBBUB_WORDPRESS_URL")
    if not url:
        pytest.skip("HUBBUB_WORDPRESS_URL names no WordPress")
    made = Blog(url, os.environ.get("HUBBUB_WORDPRESS_LOGIN", "admin:hunter2-long"))
    yield made
    made.close()


def source(blog: Blog, feed: str, **options: object) -> SourceConfig:
    return SourceConfig(network="feeds", what=f"{blog.url}/?{feed}", options=options)


async def polled(config: SourceConfig, cursor: str | None = None) -> list[Batch]:
    async with Fetcher() as fetch:
        listener = FeedsListener(config, (), fetch, utc_now)
        async with aclosing(listener.poll(cursor)) as batches:
            return [batch async for batch in batches]


def posts_of(batches: Iterable[Batch]) -> dict[str, Post]:
    return {post.native_id: post for batch in batches for post in batch.posts}


def last_cursor(batches: Iterable[Batch]) -> str | None:
    return next((b.cursor for b in reversed(list(batches)) if b.cursor), None)


@pytest.mark.parametrize("feed", ["feed=rss2", "feed=atom", "feed=rdf"])
async def test_an_article_arrives_whole_and_once(blog: Blog, feed: str) -> None:
    word = f"hubbub{time.time_ns()}"
    config = source(blog, feed)
    before = await polled(config)
    content = f"<p>Découvrez <b>{word}</b> aujourd’hui.</p>"
    number, guid = blog.article(f"Lancement de {word}", content)
    batches = await polled(config, last_cursor(before))
    fresh = posts_of(batches)
    assert len(fresh) == 1
    (post,) = fresh.values()
    if feed != "feed=rdf":
        assert post.native_id == guid
    assert post.title == f"Lancement de {word}"
    assert f"Découvrez {word} aujourd’hui." in post.text
    assert post.author.name == "admin"
    assert post.created_at is not None
    assert abs(post.created_at - utc_now()) < 120_000_000
    assert posts_of(await polled(config, last_cursor(batches))) == {}
    blog.rest(f"posts/{number}", content=f"<p>Corrigé {word}</p>")
    edited = posts_of(await polled(config, last_cursor(batches)))
    assert [each.text.strip() for each in edited.values()] == [f"Corrigé {word}"]
    assert list(edited) == list(fresh)


async def test_nothing_new_is_said_with_304(blog: Blog) -> None:
    config = source(blog, "feed=rss2")
    batches = await polled(config)
    for _ in range(20):
        batches = await polled(config, last_cursor(batches))
        assert posts_of(batches) == {}
        # Only an answer without a body leaves nothing to be counted.
        if sum(batch.fetched for batch in batches) == 0:
            return
        # What changed a moment ago is asked for in full once more, on purpose.
        await asyncio.sleep(0.5)
    pytest.fail("WordPress never answered 304")


async def test_comments_and_answers_find_their_parents(blog: Blog) -> None:
    word = f"hubbub{time.time_ns()}"
    article, at = blog.article(f"Panne {word}", f"{word} est en panne")
    first = blog.comment(article, f"En panne chez moi aussi, qui répond ? {word}", "Élodie")
    answer = blog.comment(article, f"On regarde. {word}", "Support", parent=first)
    for config in (source(blog, "feed=comments-atom"), source(blog, "feed=rss2", comments=True)):
        posts = posts_of(await polled(config))
        comment, reply = posts[f"{at}#comment-{first}"], posts[f"{at}#comment-{answer}"]
        assert comment.text.strip() == f"En panne chez moi aussi, qui répond ? {word}"
        assert comment.author.name == "Élodie"
        assert comment.parent_id == at
        assert reply.parent_id == comment.native_id
    plain = posts_of(await polled(source(blog, "feed=comments-rss2")))
    assert plain[f"{at}#comment-{answer}"].parent_id == at
    one = posts_of(await polled(source(blog, f"feed=rss2&p={article}")))
    assert {post.parent_id for post in one.values()} == {at}


async def test_an_edited_comment_comes_again_as_itself(blog: Blog) -> None:
    word = f"hubbub{time.time_ns()}"
    article, at = blog.article(f"Avis {word}", f"{word} ?")
    number = blog.comment(article, f"Bravo {word}", "Élodie")
    config = source(blog, "feed=rss2", comments=True)
    first = await polled(config)
    assert posts_of(first)[f"{at}#comment-{number}"].text.strip() == f"Bravo {word}"
    blog.rest(f"comments/{number}", content=f"Finalement déçue par {word}")
    edited = posts_of(await polled(config, last_cursor(first)))
    assert {key: post.text.strip() for key, post in edited.items()} == {
        f"{at}#comment-{number}": f"Finalement déçue par {word}"
    }


async def test_the_search_feed_finds_by_word(blog: Blog) -> None:
    word = f"hubbub{time.time_ns()}"
    _, guid = blog.article("Cherché", f"Trouvez {word}")
    posts = posts_of(await polled(source(blog, f"s={word}&feed=rss2")))
    assert list(posts) == [guid]


async def test_from_the_blog_to_the_store_and_the_thread(blog: Blog, tmp_path: Path) -> None:
    word = f"hubbub{time.time_ns()}"
    article, guid = blog.article(f"Lancement {word}", f"{word} est là")
    first = blog.comment(article, f"Quand sort {word} en France ?", "Zoé")
    config = Config(
        brands=(BrandConfig(name=word, names=(word,), websites=(blog.url,)),),
        sources=(source(blog, "feed=rss2", comments=True),),
    )
    async with open_store(tmp_path / "hubbub.db") as store:
        # On our own site every comment is said to us, those of other tests too.
        for expected in (True, False):
            (report,) = await Engine(store, config).once()
            assert report.state is SourceState.OK
            assert (report.new >= 2, report.bad, report.gap) == (expected, 0, False)
        ids = await reads.mention_ids(store, StreamFilter(brand=word), limit=100)
        rows = {row.native_id: row for row in (await reads.mentions(store, ids)).values()}
        said, told = rows[f"{guid}#comment-{first}"], rows[guid]
        assert said.parent == told.native_id
        assert said.conversation_id == told.conversation_id
        assert said.needs_reply is not None
