"""What we ask of a Mastodon server, judged by the API's own document; run by ``make servers``.

``HUBBUB_PRISM_MASTODON`` is a Prism server (``prism mock``) of Mastodon's OpenAPI document. Every
request a listener makes to our fake is made to Prism as well, which says where one is not lawful.
"""

from __future__ import annotations

import os
from contextlib import aclosing
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.model import Micros
from listeners.networks.mastodon.listener import SECOND_LOOK, MastodonListener
from listeners.networks.replying import Answered, Reply
from listeners.secret import Secret
from tests.fake.http_server import Request
from tests.fake.mastodon import FakeMastodon

PRISM = os.environ.get("HUBBUB_PRISM_MASTODON", "")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not PRISM, reason="no Prism with Mastodon's document: HUBBUB_PRISM_MASTODON"
    ),
]


async def violations(request: Request) -> str:
    """Make a request anew at Prism; return what it finds wrong with it."""
    query = urlencode([(name, one) for name, found in request.query.items() for one in found])
    key = request.headers.get("idempotency-key", "")
    # The document names JSON alone; the pages it was made from say that a form does as well.
    form = dict(parse_qsl(request.body.decode()))
    async with httpx.AsyncClient(timeout=60.0) as client:
        answer = await client.request(
            request.method,
            f"{PRISM}{request.path}{'?' if query else ''}{query}",
            json=form or None,
            headers={"authorization": "Bearer x", **({"idempotency-key": key} if key else {})},
        )
    told = answer.headers.get("sl-violations", "")
    # A wrong answer of its own examples is Prism's affair, a wrong request is ours.
    ours = [one for one in told.split("},{") if '"request"' in one]
    lawful = answer.status_code < 400 or (answer.status_code == 500 and not ours)
    told = f"{request.method} {request.path}?{query}: {answer.status_code} {answer.text[:300]}"
    return "" if lawful and not ours else told


async def test_every_question_is_one_that_the_document_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUBBUB_TEST_TOKEN", "s3cret")
    brand = BrandConfig(
        name="Kerlann", query="kerlann OR #kerlann", handles={"mastodon": ("@kerlann",)}
    )
    async with FakeMastodon() as server, Fetcher() as fetch:
        server.token, server.me = "s3cret", "kerlann"
        asked = server.post("is kerlann down? #kerlann", reply_to=server.post("hello"))
        server.post("we look", by="kerlann", reply_to=asked)
        source = SourceConfig(
            network="mastodon", base_url=server.url, token=Secret("env:HUBBUB_TEST_TOKEN")
        )
        ahead = 0
        listener = MastodonListener(source, [brand], fetch, lambda: Micros(server.now + ahead))
        async with aclosing(listener.poll(None)) as batches:
            cursor = [batch.cursor async for batch in batches][-1]
        server.post("#kerlann again")
        ahead = SECOND_LOOK
        async with aclosing(listener.poll(cursor)) as batches:
            assert [post.text async for batch in batches for post in batch.posts]
        await listener.thread([asked["uri"], "https://far.example/users/x/statuses/1"])
        async with aclosing(listener.history(brand, Micros(0), None)) as batches:
            assert [batch async for batch in batches]
        to = Answered(native_id=asked["uri"], author_key=asked["account"]["uri"])
        reply = Reply(key=listener.new_reply_key(server.now), text="@ana Yes", to=to,
                      lang="en", written_at=server.now)  # fmt: skip
        sent = await listener.send_reply(reply)
        assert await listener.find_reply(reply) == sent
        await listener.delete_reply(sent.native_id)
        wrong = [await violations(one) for one in server.requests]
        print(f"\n{len(wrong)} requests, {sum(map(bool, wrong))} wrong")
        assert [one for one in wrong if one] == []
    broken = Request("GET", "/api/v1/timelines/tag/kerlann", {"limit": ["many"]}, {}, b"")
    assert await violations(broken)
