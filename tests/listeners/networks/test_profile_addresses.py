"""What profiles link to, as far as the payloads of the networks bring it with a post."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listeners.model import Author
from listeners.networks.bluesky.views import author_of
from listeners.networks.devto.decode import read_article
from listeners.networks.lemmy.decode import read_view
from listeners.networks.mastodon.accounts import OwnAccounts
from listeners.networks.mastodon.decode import read_status

ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
EXCHANGES = sorted((RECORDED / "mastodon" / "exchanges").glob("*.jsonl"))


def mastodon(**account: object) -> Author:
    status = {
        "id": "1",
        "uri": "https://m.example/1",
        "content": "hello",
        "account": {"id": "7", "acct": "ana", "uri": "https://m.example/users/ana", **account},
    }
    return read_status(status, OwnAccounts(())).post.author


def link(address: str, kind: str = "") -> str:
    return f'<a href="{address}" class="{kind}">there</a>'


def test_fields_and_words_of_a_mastodon_profile() -> None:
    author = mastodon(
        fields=[
            {"name": "site", "value": link("https://ana.example"), "verified_at": "2026-01-01"},
            {"name": "code", "value": link("https://code.example/ana"), "verified_at": None},
            {"name": "no link", "value": "plain"},
            "nonsense",
        ],
        note=f"<p>{link('https://blog.example')} with {link('https://m.example/@bo', 'mention')} "
        f"{link('https://m.example/tags/x', 'mention hashtag')} {link('javascript:x')}</p>",
    )
    assert author.links == (
        "https://ana.example",
        "https://code.example/ana",
        "https://blog.example",
    )
    assert author.verified == ("https://ana.example",)


@pytest.mark.parametrize(("note", "fields"), [(None, None), (7, {"a": 1}), ("plain", [3, {}])])
def test_a_profile_without_links_or_of_another_shape(note: object, fields: object) -> None:
    author = mastodon(note=note, fields=fields)
    assert (author.links, author.verified) == ((), ())


def test_other_networks_that_bring_the_profile() -> None:
    person = {"did": "did:plc:ana", "handle": "ana.example",
              "description": "Writes at https://ana.example/blog."}  # fmt: skip
    author = author_of(person)
    assert author is not None
    assert author.links == ("https://ana.example/blog",)
    creator = {"name": "ana", "actor_id": "https://l.example/u/ana", "bio": "https://ana.example"}
    post = {"id": 7, "ap_id": "https://l.example/post/7", "name": "K", "published": "2026-01-01"}
    assert read_view({"creator": creator, "post": post}, {}).post.author.links == (
        "https://ana.example",
    )
    user = {"username": "ana", "website_url": "https://ana.example", "github_username": "anad",
            "twitter_username": None}  # fmt: skip
    article = {"id": 7, "title": "T", "url": "https://dev.to/ana/t", "user": user,
               "published_at": "2026-01-01T00:00:00Z"}  # fmt: skip
    assert read_article(article, "https://dev.to").author.links == (
        "https://ana.example",
        "https://github.com/anad",
    )


def accounts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("fields"), list) and "acct" in value:
            yield value
        for inner in value.values():
            yield from accounts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from accounts(inner)


@pytest.mark.skipif(
    not EXCHANGES, reason="no recorded Mastodon exchanges: set HUBBUB_RECORDED to their folder"
)
def test_recorded_profiles() -> None:
    seen = linked = 0
    for path in EXCHANGES:
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                body = json.loads(json.loads(line)["body"])
            except ValueError:
                continue  # a stream, or an empty answer
            for account in accounts(body):
                author = mastodon(**{**account, "uri": account.get("uri") or account.get("url")})
                assert set(author.verified) <= set(author.links)
                assert all(one.startswith("http") for one in author.links)
                seen, linked = seen + 1, linked + bool(author.links)
    assert seen > 10
    assert linked
