"""The networks hubbub can listen to. A new network is one new file and one line here.

The classes are imported when they are first asked for: the screen starts without any of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from listeners.clock import Clock
from listeners.config import BrandConfig, SourceConfig
from listeners.http import Fetcher
from listeners.networks.contract import Capability, Listener


class ListenerClass(Protocol):
    """How the engine makes a listener."""

    capability: Capability

    def __call__(
        self,
        source: SourceConfig,
        brands: Sequence[BrandConfig],
        fetch: Fetcher,
        clock: Clock,
    ) -> Listener: ...


_CLASSES: Mapping[str, str] = {
    "bluesky": "listeners.networks.bluesky:BlueskyListener",
    "mastodon": "listeners.networks.mastodon:MastodonListener",
    "matrix": "listeners.networks.matrix:MatrixListener",
    "hackernews": "listeners.networks.hackernews:HackerNewsListener",
    "reddit": "listeners.networks.reddit:RedditListener",
    "lemmy": "listeners.networks.lemmy:LemmyListener",
    "discourse": "listeners.networks.discourse:DiscourseListener",
    "github": "listeners.networks.github:GitHubListener",
    "feeds": "listeners.networks.feeds:FeedsListener",
    "forum": "listeners.networks.forum:ForumListener",
    "telegram": "listeners.networks.telegram:TelegramListener",
    "discord": "listeners.networks.discord:DiscordListener",
    "youtube": "listeners.networks.youtube:YouTubeListener",
    "facebook": "listeners.networks.facebook:FacebookListener",
    "instagram": "listeners.networks.instagram:InstagramListener",
    "threads": "listeners.networks.threads:ThreadsListener",
    "nostr": "listeners.networks.nostr:NostrListener",
    "stackexchange": "listeners.networks.stackexchange:StackExchangeListener",
    "lobsters": "listeners.networks.lobsters:LobstersListener",
    "devto": "listeners.networks.devto:DevListener",
    "gdelt": "listeners.networks.gdelt:GdeltListener",
    "appstore": "listeners.networks.appstore:AppStoreListener",
    "slack": "listeners.networks.slack:SlackListener",
    "mailbox": "listeners.networks.mailbox:MailboxListener",
    "x": "listeners.networks.x:XListener",
    "linkedin": "listeners.networks.linkedin:LinkedInListener",
    "pinterest": "listeners.networks.pinterest:PinterestListener",
    "slideshare": "listeners.networks.slideshare:SlideShareListener",
    "tiktok": "listeners.networks.tiktok:TikTokListener",
    "trustpilot": "listeners.networks.trustpilot:TrustpilotListener",
    "googlereviews": "listeners.networks.google_reviews:GoogleReviewsListener",
    "webhook": "listeners.networks.inbound:InboundListener",
    "import": "listeners.networks.dropfolder:DropFolderListener",
}

NETWORKS: tuple[str, ...] = tuple(_CLASSES)


def listener_class(network: str) -> ListenerClass:
    """Return the listener of a network.

    Raises:
        KeyError: hubbub does not know this network.
    """
    module, _, name = _CLASSES[network].partition(":")
    return cast(ListenerClass, getattr(importlib.import_module(module), name))


def keep_hours(network: str) -> float | None:
    """Return how long a network's terms let its words be kept; ``None``: they set no limit."""
    return listener_class(network).capability.keep_hours if network in _CLASSES else None


def capabilities() -> tuple[Capability, ...]:
    """Return what every network can really do, in the order they are offered."""
    return tuple(listener_class(network).capability for network in NETWORKS)
