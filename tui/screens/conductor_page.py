"""What stands where on the conductor's page: its sections, their titles and what empty ones say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.conducting import Channel, Conducting, Holding, Late, Running
from listeners.duty import Gap, Shift
from listeners.model import Micros
from tui.duty_words import on_duty_words
from tui.i18n import _, ngettext, number
from tui.widgets.conductor_rows import Entry, Section, Thing

COLUMNS: tuple[tuple[Section, ...], ...] = (
    ("members",),
    ("late", "campaigns"),
    ("channels", "turns"),
)
"""Which sections stand in which column; below one another, they follow in this order."""

Key = tuple[str, ...]
"""By what a row is known again after another look."""


def page(found: Conducting, now: Micros) -> Mapping[Section, Sequence[tuple[Key, Entry]]]:
    """Return the rows of every section, each with its key."""
    late = sum(one.kind != "draft" for one in found.late)
    drafts = len(found.late) - late
    waiting = ngettext("{count} draft waits", "{count} drafts wait", drafts)
    trouble = sum(one.state in ("silent", "behind") for one in found.channels)
    gaps = sum(isinstance(one, Gap) for one in found.turns)
    return {
        "members": _section("members", _("Who has what"), found.members, "", ""),
        "late": _section(
            "late",
            _("Late"),
            found.late,
            " · ".join(
                [
                    *([number(late)] if late else []),
                    *([waiting.format(count=number(drafts))] if drafts else []),
                ]
            ),
            _("Nothing is late, and no draft waits for approval."),
        ),
        "campaigns": _section(
            "campaigns",
            _("Campaigns"),
            found.campaigns,
            "",
            _("No campaign is running or begins this week; enter shows all."),
        ),
        "channels": _section(
            "channels",
            _("Channels"),
            found.channels,
            ngettext("{count} silent or behind", "{count} silent or behind", trouble).format(
                count=number(trouble)
            )
            if trouble
            else "",
            _("No channel has a target yet: enter shows the planning, which sets one."),
        ),
        "turns": _section(
            "turns",
            _("Duty, seven days"),
            found.turns,
            " · ".join(
                [
                    on_duty_words(found.on_duty, rota=found.rota),
                    *(
                        [ngettext("{count} gap", "{count} gaps", gaps).format(count=number(gaps))]
                        if gaps
                        else []
                    ),
                ]
            ),
            _("Enter puts somebody on duty; then the phones follow the rota."),
        ),
    }


def _section(
    section: Section, title: str, things: Sequence[Thing], beside: str, empty: str
) -> list[tuple[Key, Entry]]:
    rows: list[tuple[Key, Entry]] = [((section,), Entry(section, title=title, beside=beside))]
    rows += [(_key(section, one), Entry(section, one)) for one in things]
    if not things:
        rows.append(((section, "empty"), Entry(section, beside=empty)))
    return rows


def _key(section: Section, thing: Thing) -> Key:
    match thing:
        case Holding(name=name):
            return (section, name)
        case Late(kind=kind, id=id_):
            return (section, kind, str(id_))
        case Channel():
            return (section, thing.brand, thing.cadence.channel)
        case Running():
            return (section, str(thing.campaign.id))
        case Shift(id=id_):
            return (section, "shift", str(id_))
        case Gap():
            return (section, "gap", thing.brand, str(thing.to_at))
