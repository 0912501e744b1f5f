"""The plan as a calendar file: writing one, and taking one in."""

from __future__ import annotations

import sys
from pathlib import Path

from listeners.actions.planning_import import import_planned
from listeners.clock import utc_now
from listeners.model import DAY, Micros, Sentence
from listeners.networks.titles import network_title
from listeners.planning.ics_lines import MOST_BYTES, IcsError
from listeners.planning.ics_reading import known_names, read_ics
from listeners.planning.ics_writing import to_ics
from listeners.store.planned import campaign_spans, planned
from tui.commands import DONE, FAILED
from tui.commands.brands import brand_meant
from tui.commands.common import CommandError, Settings, reading, writing
from tui.commands.export import whole_file
from tui.commands.output import complain
from tui.commands.records import said
from tui.i18n import _, zone

_BACK = 366 * DAY
_AHEAD = 2 * 366 * DAY
"""How far back and ahead a written calendar reaches."""


async def export_plan(known: Settings, target: Path | None, brand: str) -> int:
    """Write the plan of a year back and two years ahead; to the output without a target."""
    now = utc_now()
    async with reading(known) as store:
        found = await planned(store, brand, Micros(now - _BACK), Micros(now + _AHEAD), zone=zone())
        campaigns = {one.id: str(one.name) for one in await campaign_spans(store, brand)}
    name = _("Plan of {brand}").format(brand=brand) if brand else _("Plan")
    text = to_ics(found, campaigns, now, name).decode("utf-8")
    if target is None:
        sys.stdout.write(text.replace("\r\n", "\n"))
        return DONE
    with whole_file(target) as out:
        out.write(text)
    known.output.said(
        Sentence("Written to {path}: {count}.", {"count": len(found), "path": str(target)}),
        count=len(found),
        path=str(target),
    )
    return DONE


async def import_plan(known: Settings, file: str, brand: str) -> int:
    """Bring the plan to what a calendar file says, as one step that undo takes back."""
    # The networks' own code is loaded only to know what they are called.
    from listeners.networks.registry import NETWORKS

    data, now = _bytes_of(file), utc_now()
    brand = brand_meant(known, brand)
    async with writing(known) as store:
        spans = await campaign_spans(store, brand)
        names = known_names(
            [(network, network_title(network)) for network in NETWORKS],
            [(str(one.name), one.id) for one in spans],
            brand,
        )
        try:
            read = read_ics(data, names, now, zone())
        except IcsError as error:
            raise CommandError(error.sentence) from error
        made = await import_planned(store, known.config, known.member, read, now)
    if made.outcome.refused:
        complain(made.outcome.sentence)
        return FAILED
    known.output.said(
        made.outcome.sentence,
        added=made.added,
        changed=made.changed,
        removed=made.removed,
        same=made.same,
        left=made.left,
        notes=said(made.notes),
        step=made.outcome.step,
    )
    if known.output.for_people:
        for note in made.notes:
            complain(note)
    return DONE


def _bytes_of(file: str) -> bytes:
    """Return what a file holds, at most a little more than is ever taken in.

    Raises:
        CommandError: it cannot be read.
    """
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1) if sys.stdin is not None else b""
    path = Path(file).expanduser()
    try:
        with path.open("rb") as source:
            return source.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(
            Sentence(
                "{path} cannot be read: {fault}.",
                {"path": str(path), "fault": error.strerror or type(error).__name__},
            )
        ) from error
