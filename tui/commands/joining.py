"""``hubbub conv 12 merge 15`` and ``hubbub conv 12 split``: one matter of several, and apart."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from listeners.actions import merge_all, split_off
from listeners.actions.ranking import ranking
from listeners.clock import utc_now
from listeners.model import Sentence
from tui.commands import WRONG_USE
from tui.commands.acting import tell
from tui.commands.common import CommandError, Settings, numbers, writing
from tui.i18n import _

JOINING = ("merge", "split")
"""The verbs of this module."""


def add_join_arguments(merge: argparse.ArgumentParser, split: argparse.ArgumentParser) -> None:
    """Add which conversations go in, and which come out."""
    merge.add_argument("others", type=numbers, metavar="ID", help=_("what goes into it"))
    split.add_argument(
        "others",
        type=numbers,
        nargs="?",
        default=(),
        metavar="ID",
        help=_("what comes out of it; without it, all that was merged in"),
    )


async def join(known: Settings, verb: str, ids: Sequence[int], others: Sequence[int]) -> int:
    """Merge others into one conversation, or split them off, and say what came of it.

    Raises:
        CommandError: more than one conversation was named to merge into.
    """
    if len(ids) != 1:
        raise CommandError(
            Sentence("Name one conversation, then what goes into it or comes out."), WRONG_USE
        )
    async with writing(known) as store:
        now, rank = utc_now(), ranking(known.config)
        if verb == "merge":
            outcome = await merge_all(
                store,
                known.member,
                (ids[0], *others),
                now,
                kept=ids[0],
                rank=rank,
                config=known.config,
            )
        else:
            outcome = await split_off(
                store, known.member, ids[0], now, only=others, rank=rank, config=known.config
            )
    return tell(known, outcome)
