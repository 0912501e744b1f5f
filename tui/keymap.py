"""The user's keys: ``[keys]`` of the configuration, checked as a whole before it is applied.

Textual takes an unknown action, an unknown key or a clash without a word, and a clash steals the
key. Here each is refused with what is wrong and the nearest right word. Keys are written as they
are typed (``?``, ``G``) or by their name (``space``, ``ctrl+p``), several with commas between.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from listeners.model import Sentence
from tui.actions import ACTIONS, BY_ID, Action, Panel

NAMED = frozenset(
    ["space", "enter", "escape", "tab", "backspace", "delete", "insert", "home", "end", "pageup",
     "pagedown", "up", "down", "left", "right", "comma"]
) | {f"f{number}" for number in range(1, 25)}  # fmt: skip
MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")

# On a French keyboard digits, "." and "+" need Shift; these are the same keys without it.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "1": ("&",),
    "2": ("é",),
    "3": ('"',),
    "4": ("'",),
    "5": ("(",),
    "6": ("-",),
    "7": ("è",),
    "8": ("_",),
    "9": ("ç",),
    "0": ("à",),
    ".": (";",),
    "+": ("=",),
}

NEEDED = frozenset({"help", "quit.now", "undo"})
"""Actions that always keep a key: without them a person could be lost."""


class KeymapError(Exception):
    """The ``[keys]`` table cannot be used; ``sentences`` says everything that is wrong with it."""

    def __init__(self, sentences: tuple[Sentence, ...]) -> None:
        super().__init__(" ".join(s.template.format(**s.values) for s in sentences))
        self.sentences = sentences


def user_keys(wishes: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Return the keys of every action: the user's where given, else the usual ones.

    An empty wish takes an action's keys away. French keyboards' unshifted keys are added to the
    keys they stand for, where nothing else has them.

    Raises:
        KeymapError: an unknown action, an unknown key, or a key given twice in one panel.
    """
    wrong: list[Sentence] = []
    keys = {action.id: action.keys for action in ACTIONS}
    for action_id, wish in wishes.items():
        if action_id not in BY_ID:
            wrong.append(_unknown_action(action_id))
            continue
        wanted = _split(wish)
        wrong += [_unknown_key(action_id, key) for key in wanted if not is_key(key)]
        if not wanted and action_id in NEEDED:
            wrong.append(
                Sentence("The action {action} needs at least one key.", {"action": action_id})
            )
        keys[action_id] = tuple(dict.fromkeys(wanted))
    wrong += _clashes(keys, wishes)
    if wrong:
        raise KeymapError(tuple(wrong))
    return _with_aliases(keys)


def _split(wish: str) -> list[str]:
    # A comma between commas, or alone, is the comma key itself.
    if wish.strip() == ",":
        return ["comma"]
    return [plain_key(part) for part in wish.split(",") if part.strip()]


def plain_key(text: str) -> str:
    """Return a key in the one spelling under which keys are compared."""
    key = text.strip()
    if len(key) == 1:
        return key
    *modifiers, last = key.split("+")
    if not last:
        # "ctrl++" is Ctrl and the plus key.
        modifiers, last = modifiers[:-1], "+"
    ordered = sorted({name.lower() for name in modifiers}, key=_place)
    return "+".join([*ordered, last.lower()])


def _place(name: str) -> int:
    return MODIFIERS.index(name) if name in MODIFIERS else len(MODIFIERS)


def is_key(key: str) -> bool:
    """Say whether a terminal can send this key: a visible character, a name, or one with Ctrl."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if not last:
        modifiers, last = modifiers[:-1], "+"
    if any(name not in MODIFIERS for name in modifiers):
        return False
    return last in NAMED or (len(last) == 1 and last.isprintable() and not last.isspace())


def _unknown_action(action_id: str) -> Sentence:
    near = difflib.get_close_matches(action_id, BY_ID, 1)
    if near:
        return Sentence(
            "There is no action {action}; did you mean {near}?",
            {"action": action_id, "near": near[0]},
        )
    return Sentence("There is no action {action}. The help lists them.", {"action": action_id})


def _unknown_key(action_id: str, key: str) -> Sentence:
    near = difflib.get_close_matches(key, NAMED, 1)
    if near:
        return Sentence(
            "{action} cannot have the key {key}; did you mean {near}?",
            {"action": action_id, "key": key, "near": near[0]},
        )
    return Sentence(
        "{action} cannot have the key {key}: write a character, or a name such as f5 or ctrl+e.",
        {"action": action_id, "key": key},
    )


def _clashes(keys: Mapping[str, tuple[str, ...]], wishes: Iterable[str]) -> list[Sentence]:
    """Return a sentence for each key that two actions would have in the same panel."""
    wrong = []
    changed = set(wishes)
    for place, first in enumerate(ACTIONS):
        for second in ACTIONS[place + 1 :]:
            if not {first.id, second.id} & changed or not meet(first, second):
                continue
            for key in keys[first.id]:
                if key in keys[second.id]:
                    values = {"key": key, "first": first.id, "second": second.id}
                    wrong.append(
                        Sentence(
                            "The key {key} would mean both {first} and {second}; "
                            "give one of them another.",
                            values,
                        )
                    )
    return wrong


def meet(first: Action, second: Action) -> bool:
    """Say whether two actions mean something in the same panel."""
    return any(first.applies_in(panel) and second.applies_in(panel) for panel in (None, *Panel))


def _with_aliases(keys: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    taken = {key for own in keys.values() for key in own}
    return {
        action_id: own
        + tuple(alias for key in own for alias in ALIASES.get(key, ()) if alias not in taken)
        for action_id, own in keys.items()
    }
