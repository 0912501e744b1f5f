"""Which accounts may be taken for one person across networks.

Nothing in hubbub merges accounts by itself. Whatever comes to do so, or to treat an account here
and one there as one voice, asks here first.
"""

from __future__ import annotations

from typing import Final

UNMERGED: Final = frozenset({"reddit"})
"""Networks whose terms forbid to match their members with identities elsewhere: Reddit's
Responsible Builder Policy (support.reddithelp.com, 42728983564564)."""


def may_be_merged(*networks: str) -> bool:
    """Return whether accounts of these networks may be said to belong to one person.

    Within one network there is nothing to match, so that is always allowed.
    """
    return len(set(networks)) < 2 or UNMERGED.isdisjoint(networks)
