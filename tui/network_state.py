"""How hubbub stands with each network, configured or not, in the words of the source screen."""

from __future__ import annotations

from collections.abc import Sequence

from listeners.model import SourceState
from listeners.networks.contract import Capability
from listeners.rows import SourceRow
from tui.i18n import _, ngettext, say
from tui.sources import access, mend
from tui.words import word

FINE = frozenset(
    {
        SourceState.OK,
        SourceState.STARTING,
        SourceState.CATCHING_UP,
        SourceState.UNOFFICIAL_BRIDGE,
        SourceState.OFF,
    }
)


def network_standing(capability: Capability, rows: Sequence[SourceRow]) -> tuple[bool, str]:
    """Return whether a network is listened to without trouble, and how it stands in words.

    ``rows`` are the configured sources of this network: the one in trouble speaks for all.
    """
    if not rows:
        parts = [_("not listened to"), access(capability)]
        if capability.needs is not None:
            parts.append(say(capability.needs))
        return False, " · ".join(parts)
    troubled = [row for row in rows if row.state not in FINE]
    count = ngettext("{count} source", "{count} sources", len(rows)).format(count=len(rows))
    if not troubled:
        return True, f"{count} · {word(rows[0].state)}"
    worst = troubled[0]
    parts = [count, word(worst.state), say(worst.detail) if worst.detail else mend(worst)]
    return False, " · ".join(part for part in parts if part)
