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
    "bluesky": "listeners.networks.bluesky.listener:BlueskyListener",
    "mastodon": "listeners.networks.mastodon.listener:MastodonListener",
    "matrix": "listeners.networks.matrix.listener:MatrixListener",
    "hackernews": "listeners.networks.hackernews.listener:HackerNewsListener",
    "reddit": "listeners.networks.reddit.listener:RedditListener",
    "lemmy": "listeners.networks.lemmy.listener:LemmyListener",
    "discourse": "listeners.networks.discourse.listener:DiscourseListener",
    "github": "listeners.networks.github.listener:GitHubListener",
    "feeds": "listeners.networks.feeds.listener:FeedsListener",
    "forum": "listeners.networks.forum.listener:ForumListener",
    "telegram": "listeners.networks.telegram.listener:TelegramListener",
    "discord": "listeners.networks.discord.listener:DiscordListener",
    "youtube": "listeners.networks.youtube.listener:YouTubeListener",
    "facebook": "listeners.networks.facebook.listener:FacebookListener",
    "instagram": "listeners.networks.instagram.listener:InstagramListener",
    "threads": "listeners.networks.threads.listener:ThreadsListener",
    "nostr": "listeners.networks.nostr.listener:NostrListener",
    "stackexchange": "listeners.networks.stackexchange.listener:StackExchangeListener",
    "lobsters": "listeners.networks.lobsters.listener:LobstersListener",
    "devto": "listeners.networks.devto.listener:DevListener",
    "gdelt": "listeners.networks.gdelt.listener:GdeltListener",
    "appstore": "listeners.networks.appstore.listener:AppStoreListener",
    "slack": "listeners.networks.slack.listener:SlackListener",
    "mailbox": "listeners.networks.mailbox.listener:MailboxListener",
    "x": "listeners.networks.x.listener:XListener",
    "linkedin": "listeners.networks.linkedin.listener:LinkedInListener",
    "pinterest": "listeners.networks.pinterest:PinterestListener",
    "slideshare": "listeners.networks.slideshare.listener:SlideShareListener",
    "tiktok": "listeners.networks.tiktok.listener:TikTokListener",
    "trustpilot": "listeners.networks.trustpilot.listener:TrustpilotListener",
    "googlereviews": "listeners.networks.google_reviews.listener:GoogleReviewsListener",
    "webhook": "listeners.networks.inbound.listener:InboundListener",
    "import": "listeners.networks.dropfolder.listener:DropFolderListener",
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
