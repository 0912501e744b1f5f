"""Which of the configured sources can answer a conversation: our voices on its network."""

from __future__ import annotations

from listeners.config import Config, SourceConfig
from listeners.model import Sentence
from listeners.networks.registry import NETWORKS, listener_class
from listeners.networks.titles import network_title

SUMMONED = frozenset({"x", "twitter"})
"""Networks whose interface lets a program answer only where the post calls upon the account."""


def voices(config: Config, network: str, brand: str, heard_by: str) -> tuple[SourceConfig, ...]:
    """Return the sources that might answer, the likeliest first.

    They listen to the same network, on the same server where the source that heard the mention
    (``heard_by``, its key) names one, for the same brand or for none. The one that heard it comes
    first, then those of the brand, then those with a token.
    """
    if not can_answer(network):
        return ()
    server = _server(config, heard_by)
    fitting = [
        source
        for source in config.sources
        if source.network == network
        and source.brand in ("", brand)
        and (not server or source.base_url.rstrip("/") == server)
    ]
    return tuple(
        sorted(
            fitting,
            key=lambda one: (one.key != heard_by, one.brand != brand, one.token is None),
        )
    )


def can_answer(network: str) -> bool:
    """Whether hubbub can send replies to this network at all."""
    return network in NETWORKS and listener_class(network).capability.reply


def no_voice(config: Config, network: str) -> Sentence:
    """Return why no source can answer on this network, in words."""
    if network in SUMMONED:
        return Sentence(
            "X lets programs answer only posts that call upon the account: answer this one by "
            "hand, on X itself."
        )
    if not can_answer(network):
        return Sentence(
            "hubbub cannot send to {network}: answer this one by hand, there.",
            {"network": title(network)},
        )
    return Sentence(
        "No source for {network} is configured that could send this: answer this one by hand, "
        "there.",
        {"network": title(network)},
    )


def title(network: str) -> str:
    """Return a network's name for people."""
    if network in NETWORKS:
        return listener_class(network).capability.title
    return network_title(network)


def _server(config: Config, heard_by: str) -> str:
    for source in config.sources:
        if source.key == heard_by:
            return source.base_url.rstrip("/")
    # The source may have left the configuration; its key still ends with the server.
    _, mark, server = heard_by.rpartition("@http")
    return f"http{server}".rstrip("/") if mark else ""
