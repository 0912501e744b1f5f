"""Every verb a person can do, to one or to many, with its inverse.

The screen and the commands both call ``perform``, ``undo`` and ``redo``. The rules are pure and
live in ``conversations`` and ``risk``; here they are joined to the store: what a verb changes and
its lines in the log are one transaction.
"""

from listeners.actions.alert_joining import merge_alerts, split_alert
from listeners.actions.joining import merge_all, split_off
from listeners.actions.maintenance import add_maintenance, end_maintenance
from listeners.actions.mood import MOODS, set_mood
from listeners.actions.noise import mute_noise
from listeners.actions.outcome import Outcome, Undoable
from listeners.actions.people import describe, mute_people, note_people, set_role, tag_people
from listeners.actions.people_joining import merge_persons, not_the_same, split_account
from listeners.actions.perform import perform
from listeners.actions.press_import import import_press
from listeners.actions.undoing import (
    redo,
    reply_taken_back,
    take_back_reply,
    undo,
    undo_list,
)
from listeners.actions.verbs import DISMISS_REASONS, VERBS, UnknownVerbError

__all__ = [
    "DISMISS_REASONS",
    "MOODS",
    "VERBS",
    "Outcome",
    "Undoable",
    "UnknownVerbError",
    "add_maintenance",
    "describe",
    "end_maintenance",
    "import_press",
    "merge_alerts",
    "merge_all",
    "merge_persons",
    "mute_noise",
    "mute_people",
    "not_the_same",
    "note_people",
    "perform",
    "redo",
    "reply_taken_back",
    "set_mood",
    "set_role",
    "split_account",
    "split_alert",
    "split_off",
    "tag_people",
    "take_back_reply",
    "undo",
    "undo_list",
]
