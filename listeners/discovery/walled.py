"""Networks that show programs nothing by themselves: said honestly, with the way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from listeners.discovery.candidate import Candidate
from listeners.model import Sentence
from listeners.networks.registry import NETWORKS
from listeners.networks.titles import network_title

_HOSTS: Final[Mapping[str, str]] = {
    "x.com": "x",
    "twitter.com": "x",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "instagram.com": "instagram",
    "threads.net": "threads",
    "threads.com": "threads",
    "linkedin.com": "linkedin",
    "tiktok.com": "tiktok",
    "pinterest.com": "pinterest",
    "slideshare.net": "slideshare",
    "trustpilot.com": "trustpilot",
    "g.page": "googlereviews",
    "maps.google.com": "googlereviews",
    "maps.app.goo.gl": "googlereviews",
    "slack.com": "slack",
    "snapchat.com": "snapchat",
    "whatsapp.com": "whatsapp",
    "wa.me": "whatsapp",
    "glassdoor.com": "glassdoor",
    "yelp.com": "yelp",
    "tripadvisor.com": "tripadvisor",
    "quora.com": "quora",
    "twitch.tv": "twitch",
    "vk.com": "vk",
    "weibo.com": "weibo",
}
_TITLES: Final[Mapping[str, str]] = {
    "x": "X",
    "googlereviews": "Google",
    "whatsapp": "WhatsApp",
    "vk": "VK",
}
_ELSEWHERE: Final = frozenset({"help", "about", "share", "sharer", "intent", "policies", "legal"})


def walled_network(host: str) -> str:
    """Return the walled network a host belongs to (``fr-fr.facebook.com``), empty for none."""
    parts = host.lower().split(".")
    tails = (".".join(parts[at:]) for at in range(len(parts) - 1))
    found = next((_HOSTS[tail] for tail in tails if tail in _HOSTS), "")
    if not found and len(parts) > 1 and parts[-2] in ("pinterest", "trustpilot", "tripadvisor"):
        return parts[-2]
    return found


def walled(host: str, path: str) -> Candidate | None:
    """Return what to say of an address on a walled network, ``None`` if it is on none."""
    network = walled_network(host)
    first = path.strip("/").partition("/")[0]
    if not network or first in _ELSEWHERE:
        return None
    title = _TITLES.get(network) or network_title(network)
    hears = Sentence("{address} on {network}", {"address": path.strip("/"), "network": title})
    if network in NETWORKS:
        said = Sentence(
            "hubbub hears {network} with a key of your own: “hubbub sources --networks {name}” "
            "says what it takes, step by step. Write that source into the configuration yourself.",
            {"network": title, "name": network},
        )
    else:
        said = Sentence(
            "{network} shows programs nothing without its approval. The ways round: its "
            "notification mails (a mailbox, or “hubbub import”), its exports in a drop folder "
            '(network = "import"), or a Google Alert on the name, delivered as a feed.',
            {"network": title},
        )
    return Candidate(hears=hears, source={}, said=said, way_round=True, network=network)
