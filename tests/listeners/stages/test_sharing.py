"""What hands on something of ours: reposts and links, as each network writes them."""

from __future__ import annotations

import pytest

from listeners.stages.brand import StageBrand
from listeners.stages.sharing import links_ours, repeats_ours

LUNE = StageBrand(
    name="Lune",
    handles={
        "x": ("@LuneCafe",),
        "bluesky": ("lune.example",),
        "mastodon": ("@lune@social.example",),
        "instagram": ("lune.cafe",),
    },
    websites=("lune.example", "https://shop.example/lune/"),
)


@pytest.mark.parametrize(
    ("link", "ours"),
    [
        ("https://lune.example", True),
        ("http://www.lune.example/news?x=1#y", True),
        ("https://blog.lune.example/a", True),
        ("https://notlune.example/", False),
        ("https://lune.example.org/", False),
        ("https://shop.example/lune/cup", True),
        ("https://shop.example/other", False),
        ("https://x.com/LuneCafe/status/12", True),
        ("https://twitter.com/lunecafe/status/12", True),
        ("https://x.com/lunecafe", False),
        ("https://x.com/somebody/status/12", False),
        ("https://press.example/lunecafe/12", False),
        ("https://bsky.app/profile/lune.example/post/3k", True),
        ("https://bsky.app/profile/other.example/post/3k", False),
        ("https://social.example/@lune/113", True),
        ("https://social.example/@moon/113", False),
        ("https://www.instagram.com/lune.cafe/p/abc", True),
        ("javascript:alert(1)", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_links(link: str, ours: bool) -> None:
    assert links_ours(LUNE, [link]) is ours
    assert links_ours(LUNE, ["https://elsewhere.example/a", link]) is ours


@pytest.mark.parametrize(
    ("network", "text", "url", "parent", "ours"),
    [
        ("x", "RT @lunecafe: new", "https://x.com/i/status/1", False, True),
        ("x", "RT @LuneCafeteria: new", "https://x.com/i/status/1", False, False),
        ("x", "so true, RT @lunecafe", "https://x.com/i/status/1", False, False),
        ("mastodon", "new", "https://social.example/@lune/113", False, True),
        ("mastodon", "new", "https://social.example/@ana/113", False, False),
        ("mastodon", "RT @lunecafe: new", "", False, False),
        ("threads", "new", "", True, True),
        ("threads", "new", "", False, False),
    ],
)
def test_reposts(network: str, text: str, url: str, parent: bool, ours: bool) -> None:
    assert repeats_ours(LUNE, network, text, url, parent) is ours
