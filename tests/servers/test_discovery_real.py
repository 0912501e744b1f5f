"""Discovery against real servers: what their addresses alone lead to.

Needs HUBBUB_WORDPRESS_URL, HUBBUB_MASTODON_URL (any server with Mastodon's API) or
HUBBUB_FOSSIL_URL (a Fossil server with a forum); each is skipped where it is not named.
"""

from __future__ import annotations

import os

import pytest

from listeners.discovery import Discovery, Verdict
from listeners.http import Fetcher

pytestmark = pytest.mark.servers


def address(name: str) -> str:
    url = os.environ.get(name, "").rstrip("/")
    if not url:
        pytest.skip(f"{name} names no server")
    return url


async def sources(text: str) -> list[dict[str, object]]:
    async with Fetcher() as fetch:
        found = [one async for one in Discovery(fetch).look(text)]
    return [dict(one.source) for one in found if one.verdict is Verdict.ANSWERED]


async def test_a_wordpress_offers_its_articles_and_its_comments() -> None:
    url = address("HUBBUB_WORDPRESS_URL")
    found = await sources(url)
    assert {one["network"] for one in found} == {"feeds"}
    addresses = [str(one["what"]) for one in found]
    assert any("comments" in what for what in addresses)
    assert any("comments" not in what for what in addresses)


async def test_a_server_says_what_it_runs() -> None:
    url = address("HUBBUB_MASTODON_URL")
    assert {"network": "mastodon", "base_url": url} in await sources(url)


async def test_a_forum_is_found_from_a_page() -> None:
    url = address("HUBBUB_FOSSIL_URL")
    assert any(one["network"] == "forum" for one in await sources(f"{url}/forum"))
