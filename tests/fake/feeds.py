"""Made-up feeds in their real formats, and where the recorded ones lie."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

_DEFAULT = Path(__file__).parents[2] / ".." / "shared" / "recorded"


@dataclass(frozen=True)
class Article:
    """One entry of a made-up feed. ``more`` is XML that goes in as it is."""

    id: str
    title: str = ""
    text: str = "Kerlann sails again."
    link: str = ""
    date: str = "Sun, 22 Nov 2026 10:00:00 GMT"
    more: str = ""


def rss(articles: Sequence[Article], *, channel: str = "", spaces: str = "") -> bytes:
    """An RSS 2.0 feed of these articles; ``channel`` is XML for its head."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{escape(a.id)}</guid><title>{escape(a.title)}</title>"
        f"<link>{escape(a.link)}</link><pubDate>{a.date}</pubDate>"
        f"<description>{escape(a.text)}</description>{a.more}</item>"
        for a in articles
    )
    known = (
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
        ' xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:thr="http://purl.org/syndication/thread/1.0"'
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"{known}{spaces}><channel>'
        f"<title>Harbour Post</title><link>https://harbour.example/</link>{channel}{items}"
        "</channel></rss>"
    ).encode()


def articles(first: int, last: int, **same: str) -> list[Article]:
    """Articles numbered ``last`` down to ``first``, newest first, as feeds show them."""
    return [
        Article(
            id=f"n{n}",
            title=f"News {n}",
            text=f"Kerlann story {n}",
            link=f"https://harbour.example/n{n}",
            date=f"Sun, 22 Nov 2026 10:{n % 60:02d}:00 GMT",
            **same,
        )
        for n in range(last, first - 1, -1)
    ]


def recorded(*kinds: str) -> Mapping[str, bytes]:
    """The recorded payloads of these kinds by name; skips the test where there are none."""
    root = Path(os.environ.get("HUBBUB_RECORDED", _DEFAULT))
    files = [file for kind in kinds for file in sorted((root / kind).rglob("*")) if file.is_file()]
    if not files:
        pytest.skip(f"no recorded payloads in {root}: set HUBBUB_RECORDED")
    return {str(file.relative_to(root)): file.read_bytes() for file in files}
