"""Where else a post stands: "also on Mastodon, in 2 feeds"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from listeners.rows import PlaceRow
from tui.i18n import _, ngettext
from tui.widgets.paint import network_name

_FEEDS = frozenset({"feeds", "news"})


def also_text(network: str, places: Sequence[PlaceRow]) -> str:
    """Return where a post of ``network`` stands besides, and where it did; empty for nowhere."""
    there = [one for one in places if not one.gone]
    feeds = sum(one.network in _FEEDS for one in there)
    names = Counter(one.network for one in there if one.network not in _FEEDS)
    parts = [
        _("on another server of {network}").format(network=network_name(name))
        if name == network
        else _("on {network}").format(network=network_name(name))
        for name in names
    ]
    if feeds and network in _FEEDS:
        more = ngettext("in {count} more feed", "in {count} more feeds", feeds)
        parts.append(more.format(count=feeds))
    elif feeds:
        parts.append(ngettext("in {count} feed", "in {count} feeds", feeds).format(count=feeds))
    said = [_("also {places}").format(places=", ".join(parts))] if parts else []
    gone = [network_name(name) for name in Counter(one.network for one in places if one.gone)]
    if gone:
        said.append(_("no longer on {network}").format(network=", ".join(gone)))
    return " · ".join(said)
