"""What a list shows, as the person chose it: switched on and off, named in words, kept as a view.

Pure. A ``View`` becomes a filter of the store when the list is read, and plain JSON when kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from listeners.model import AlertClass, AlertState, ConversationState, Label, Severity
from listeners.query import QuerySyntaxError, parse, to_fts
from listeners.store.filters import AlertFilter, QueueFilter, StreamFilter
from tui.actions import Panel
from tui.i18n import _
from tui.widgets.choices import Choice
from tui.widgets.paint import network_name
from tui.widgets.rows import severity_word
from tui.words import word

Side = Literal["states", "networks", "labels", "langs", "tags", "owner", "severity", "classes"]
NOBODY = "\0"
"""The owner of what nobody has taken."""

_ONE_OF = ("owner", "severity")
_STATES: Mapping[str, ConversationState | AlertState] = {
    **{one.value: one for one in AlertState},
    **{one.value: one for one in ConversationState},
}


class View(NamedTuple):
    """The choices of one list: what is switched on, and a query as it was typed."""

    chosen: tuple[tuple[str, str], ...] = ()
    words: str = ""

    def of(self, side: Side) -> tuple[str, ...]:
        """Return what is switched on of one side; none means that all is shown."""
        return tuple(value for one, value in self.chosen if one == side)

    def toggled(self, side: str, value: str) -> View:
        """Return the view with one value switched on, or off if it was on."""
        if (side, value) in self.chosen:
            kept = tuple(one for one in self.chosen if one != (side, value))
            return self._replace(chosen=kept)
        alone = side in _ONE_OF
        kept = tuple(one for one in self.chosen if not (alone and one[0] == side))
        return self._replace(chosen=(*kept, (side, value)))

    @property
    def open(self) -> bool:
        """Nothing was chosen: the list is as it usually is."""
        return self == View()


def next_owner(view: View, me: str) -> str:
    """Return whose rows come next: mine, then nobody's, then everybody's (empty)."""
    (owner,) = view.of("owner") or ("",)
    return {me: NOBODY, NOBODY: ""}.get(owner, me)


def owned_by(view: View, owner: str) -> View:
    """Return the view with the rows of one owner alone; empty shows everybody's."""
    rest = view._replace(chosen=tuple(one for one in view.chosen if one[0] != "owner"))
    return rest.toggled("owner", owner) if owner else rest


def queue_filter(view: View, brand: str) -> QueueFilter:
    """Return the filter of the queue.

    Raises:
        QuerySyntaxError: the words cannot be read.
    """
    states = tuple(ConversationState(state) for state in view.of("states"))
    (owner,) = view.of("owner") or ("",)
    return QueueFilter(
        brand=brand,
        states=states or (ConversationState.OPEN,),
        networks=view.of("networks"),
        labels=tuple(Label(label) for label in view.of("labels")),
        langs=view.of("langs"),
        tags=view.of("tags"),
        assignee="" if owner == NOBODY else owner,
        unassigned=owner == NOBODY,
        query=to_fts(parse(view.words)) if view.words else None,
    )


def alert_filter(view: View, brand: str) -> AlertFilter:
    """Return the filter of the alerts: the live ones unless states were chosen."""
    states = tuple(AlertState(state) for state in view.of("states"))
    (severity,) = view.of("severity") or ("0",)
    return AlertFilter(
        brand=brand,
        states=states or AlertFilter().states,
        classes=tuple(AlertClass(one) for one in view.of("classes")),
        min_severity=Severity(int(severity)),
    )


def stream_filter(view: View, brand: str) -> StreamFilter:
    """Return the filter of the stream.

    Raises:
        QuerySyntaxError: the words cannot be read.
    """
    return StreamFilter(
        brand=brand,
        networks=view.of("networks"),
        labels=tuple(Label(label) for label in view.of("labels")),
        langs=view.of("langs"),
        query=to_fts(parse(view.words)) if view.words else None,
    )


def chips(view: View) -> list[str]:
    """Return what was chosen in words, for the title of the list."""
    said = [_said(side, value) for side, value in view.chosen]
    return [*said, f"“{view.words}”"] if view.words else said


def _said(side: str, value: str) -> str:
    match side:
        case "states":
            return word(_STATES[value])
        case "networks":
            return network_name(value)
        case "labels":
            return word(Label(value))
        case "classes":
            return word(AlertClass(value))
        case "severity":
            return _("at least {severity}").format(severity=severity_word(Severity(int(value))))
        case "owner":
            return _("nobody's") if value == NOBODY else f"→ {value}"
        case "tags":
            return f"#{value}"
        case _:
            return value


class Offer(NamedTuple):
    """What there is to choose from: the networks heard, the team, the languages, the tags seen."""

    networks: Sequence[str] = ()
    members: Sequence[str] = ()
    langs: Sequence[str] = ()
    tags: Sequence[str] = ()


def switches(panel: Panel, view: View, offer: Offer) -> list[Choice]:
    """Return every switch of a list, under headings."""
    sides: list[tuple[str, Side, Sequence[str]]]
    if panel is Panel.ALERTS:
        sides = [
            (_("at least"), "severity", [str(int(one)) for one in reversed(Severity) if one]),
            (_("what kind"), "classes", [one.value for one in AlertClass]),
            (_("state"), "states", [one.value for one in AlertState]),
        ]
    else:
        sides = [
            (_("sentiment"), "labels", [one.value for one in Label]),
            (_("network"), "networks", offer.networks),
        ]
        if panel is Panel.QUEUE:
            tags = list(dict.fromkeys([*view.of("tags"), *offer.tags]))
            sides += [
                (_("state"), "states", [one.value for one in ConversationState]),
                (_("owner"), "owner", [*offer.members, NOBODY]),
                (_("tag"), "tags", tags),
            ]
        sides.append((_("language"), "langs", offer.langs))
    made: list[Choice] = []
    for heading, side, values in sides:
        if values:
            made.append(Choice((side, ""), heading, heading=True))
        made += [
            Choice((side, value), _said(side, value), on=(side, value) in view.chosen)
            for value in values
        ]
    return made


def as_json(view: View) -> dict[str, object]:
    """Return a view as it is kept."""
    return {"chosen": [list(one) for one in view.chosen], "words": view.words}


def from_json(kept: Mapping[str, object]) -> View:
    """Return a kept view; what is unknown or of another type is left out."""
    chosen, words = kept.get("chosen"), kept.get("words")
    pairs = [
        (str(one[0]), str(one[1]))
        for one in (chosen if isinstance(chosen, list) else ())
        if isinstance(one, list) and len(one) == 2 and one[0] in get_args(Side)
    ]
    view = View(tuple(pairs), words if isinstance(words, str) else "")
    try:
        chips(view)
        queue_filter(view, "")
    except (ValueError, KeyError, QuerySyntaxError):
        return View()
    return view
