"""Feeds that go round a network's own ways are shown as such, for as long as they are well."""

from __future__ import annotations

from pathlib import Path

import pytest

from listeners.clock import utc_now
from listeners.config import BrandConfig, Config, SourceConfig
from listeners.engine import Engine
from listeners.http import Fetcher
from listeners.model import SourceState
from listeners.networks.feeds.address import is_bridge
from listeners.networks.feeds.listener import FeedsListener
from listeners.store import open_store, reads
from tests.fake.http_server import FakeServer, body_reply, status_reply

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><guid>1</guid><title>Kerlann</title></item></channel></rss>"""


@pytest.mark.parametrize(
    ("url", "bridge"),
    [
        ("https://bridge.example/?action=display&bridge=FacebookBridge&format=Atom", True),
        ("https://a.example/rss/index.php?bridge=Telegram&u=x&action=display", True),
        ("https://rsshub.app/twitter/user/kerlann", True),
        ("https://my-rsshub.example/x", True),
        ("https://a.example/feed?bridge=Golden+Gate", False),
        ("https://blog.example/rsshub-explained/feed", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_which_addresses_are_bridges(url: str, bridge: bool) -> None:
    assert is_bridge(url) is bridge


async def test_a_user_may_say_so_himself_and_others_stay_as_they_are() -> None:
    async with Fetcher() as fetch:
        said = SourceConfig(network="feeds", what="https://a.example/", options={"bridge": True})
        plain = SourceConfig(network="feeds", what="https://a.example/")
        assert FeedsListener(said, [], fetch, utc_now).capability.bridge
        assert not FeedsListener(plain, [], fetch, utc_now).capability.bridge
        assert not FeedsListener.capability.bridge


async def test_a_bridge_that_is_well_is_called_a_bridge(tmp_path: Path) -> None:
    async with FakeServer() as server, open_store(tmp_path / "hubbub.db") as store:
        path = "/?action=display&bridge=X"
        server.on("/", body_reply(FEED, "application/rss+xml"), status_reply(503))
        source = SourceConfig(
            network="feeds", what=f"https://bridge.example{path}", base_url=server.url
        )
        config = Config(brands=(BrandConfig(name="Kerlann"),), sources=(source,))
        (report,) = await Engine(store, config).once()
        assert (report.state, report.detail) == (SourceState.UNOFFICIAL_BRIDGE, None)
        (row,) = await reads.sources(store)
        assert row.state is SourceState.UNOFFICIAL_BRIDGE
        assert row.last_ok_at is not None
        (report,) = await Engine(store, config).once()
        assert report.state is SourceState.FAILING
