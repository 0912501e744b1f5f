"""How people call the networks, those included that hubbub cannot listen to by itself."""

from __future__ import annotations

_TITLES = {
    "appstore": "App Store",
    "devto": "DEV",
    "discord": "Discord",
    "eml": "Mail",
    "facebook": "Facebook",
    "feed": "Feed",
    "feeds": "Feeds",
    "folder": "Folder",
    "gdelt": "News",
    "github": "GitHub",
    "googlereviews": "Google reviews",
    "hackernews": "Hacker News",
    "linkedin": "LinkedIn",
    "slideshare": "SlideShare",
    "stackexchange": "Stack Exchange",
    "tiktok": "TikTok",
    "twitter": "X",
    "youtube": "YouTube",
}


def network_title(network: str) -> str:
    """Return how people call a network."""
    return _TITLES.get(network, network.capitalize())
