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
from listeners.actions.perform import perform
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
    "end_maintenance",
    "merge_alerts",
    "merge_all",
    "mute_noise",
    "perform",
    "redo",
    "reply_taken_back",
    "set_mood",
    "split_alert",
    "split_off",
    "take_back_reply",
    "undo",
    "undo_list",
]
