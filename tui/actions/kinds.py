"""What an action is, and where it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Panel(StrEnum):
    """Where an action applies; the focused panel decides which keys are shown."""

    QUEUE = "conversations"
    ALERTS = "alerts"
    SENTIMENT = "sentiment"
    STREAM = "mentions"
    SOURCES = "sources"
    THREAD = "thread"
    REPORT = "response times"


class Group(StrEnum):
    """The headings of the help screen, in this order."""

    TRIAGE = "Answer and triage"
    MOVE = "Move"
    MARK = "Mark rows"
    LOOK = "Find and look"
    PANELS = "Panels"
    HUBBUB = "hubbub"


class Wording(NamedTuple):
    """What an action is called in one panel: a word or two, and one sentence for the help."""

    label: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a person can do.

    ``panels`` empty means everywhere. ``wording`` overrides ``label`` and ``help`` in a panel.
    ``verbs`` names the verb of ``listeners.actions`` for each kind of subject, for the actions
    that change something; those are ``reversible`` by ``undo``. ``footer`` orders the line of
    keys at the bottom, the smallest first; 0 is never shown there, and ``footer_in`` keeps it to
    some panels. An action without keys is found in the palette only.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: Group
    panels: frozenset[Panel] = frozenset()
    wording: Mapping[Panel, Wording] = field(default_factory=dict)
    verbs: Mapping[str, str] = field(default_factory=dict)
    reversible: bool = False
    footer: int = 0
    footer_in: frozenset[Panel] = frozenset()
    palette: bool = True

    @property
    def writes(self) -> bool:
        """Whether it changes something that the team shares; observers may not."""
        return self.group is Group.TRIAGE or self.id == "away"

    def label_in(self, panel: Panel | None) -> str:
        """Return the msgid of the short label in a panel."""
        wording = self.wording.get(panel) if panel else None
        return wording.label if wording else self.label

    def help_in(self, panel: Panel | None) -> str:
        """Return the msgid of the help sentence in a panel."""
        wording = self.wording.get(panel) if panel else None
        return wording.help if wording else self.help

    def applies_in(self, panel: Panel | None) -> bool:
        """Say whether the action means anything in a panel."""
        return not self.panels or panel in self.panels


LISTS = frozenset({Panel.QUEUE, Panel.ALERTS, Panel.STREAM, Panel.SOURCES, Panel.REPORT})
WORK = frozenset({Panel.QUEUE, Panel.ALERTS, Panel.THREAD})
TALK = frozenset({Panel.QUEUE, Panel.THREAD})
POSTS = frozenset({Panel.QUEUE, Panel.ALERTS, Panel.STREAM, Panel.THREAD})
