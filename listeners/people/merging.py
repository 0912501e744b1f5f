"""Which persons may become one."""

from __future__ import annotations

from collections.abc import Iterable

from listeners.model import Sentence
from listeners.networks.persons import UNMERGED, may_be_merged
from listeners.networks.titles import network_title


def refused(*networks: Iterable[str]) -> Sentence | None:
    """Return why persons on these networks may not become one, ``None`` if they may.

    Each argument holds the networks of one of them, those of a press list's handles included.
    """
    all_of_them = {network for some in networks for network in some if network}
    if may_be_merged(*all_of_them):
        return None
    named = sorted(UNMERGED & all_of_them)[0]
    return Sentence(
        "{network} forbids to match its members with accounts elsewhere: they stay apart.",
        {"network": network_title(named)},
    )
