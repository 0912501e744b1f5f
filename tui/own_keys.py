"""Keys of the user's own: macros, and pipes that have a key, checked at start like ``[keys]``.

A macro's step is written as one says it: ``take``, ``tag billing``, ``snooze 2h``, ``assign Léo``,
``priority 2``, ``note called them back``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from listeners.config import Config
from listeners.config.extending import PipeConfig
from listeners.model import Micros, Sentence
from tui.keymap import KeymapError, is_key, plain_key, user_keys
from tui.untils import until_of

_ALONE = frozenset(
    {"answered", "done", "reopen", "resolve", "ignore", "dismiss", "take", "release", "escalate",
     "promote"}
)  # fmt: skip
_WITH = frozenset({"snooze", "assign", "note", "tag", "untag", "priority"})
VERBS = _ALONE | _WITH
"""What a macro may do to a conversation."""
_NOON = Micros(1_790_000_000_000_000)


class Step(NamedTuple):
    """One verb of a macro and the words after it."""

    verb: str
    words: str


class Macro(NamedTuple):
    """A key that does several things as one."""

    key: str
    steps: tuple[Step, ...]

    @property
    def label(self) -> str:
        """Return what it does, as the configuration says it."""
        return ", ".join(f"{verb} {words}".strip() for verb, words in self.steps)


class OwnKeys(NamedTuple):
    """The user's own keys and commands. ``keyed`` are the pipes that have a key, by that key."""

    macros: Mapping[str, Macro] = {}
    pipes: tuple[PipeConfig, ...] = ()
    keyed: Mapping[str, PipeConfig] = {}

    @property
    def listed(self) -> list[tuple[str, str]]:
        """Return every own key and what it does, for the help and the palette."""
        macros = [(key, macro.label) for key, macro in self.macros.items()]
        return [*macros, *((key, pipe.label) for key, pipe in self.keyed.items())]


def own_keys(config: Config) -> OwnKeys:
    """Return the user's macros and pipes.

    Raises:
        KeymapError: a verb nobody knows, a key that is none, or one that means something already.
    """
    wrong: list[Sentence] = []
    taken = {key: action for action, keys in user_keys(config.keys).items() for key in keys}
    macros: dict[str, Macro] = {}
    keyed: dict[str, PipeConfig] = {}
    for written, texts in config.macros.items():
        name, key = ", ".join(texts), plain_key(written)
        wrong += _key_faults(name, key, taken)
        taken[key] = name
        steps = tuple(step_of(text) for text in texts)
        wrong += [fault for step in steps for fault in _step_faults(step, config.members)]
        macros[key] = Macro(key, steps)
    for pipe in config.pipes:
        if pipe.key:
            key = plain_key(pipe.key)
            wrong += _key_faults(pipe.label, key, taken)
            taken[key] = pipe.label
            keyed[key] = pipe
    if wrong:
        raise KeymapError(tuple(wrong))
    return OwnKeys(macros, config.pipes, keyed)


def _key_faults(name: str, key: str, taken: Mapping[str, str]) -> list[Sentence]:
    if not is_key(key):
        return [
            Sentence(
                "{action} cannot have the key {key}: write a character, or a name such as f5 or "
                "ctrl+e.",
                {"action": name, "key": key},
            )
        ]
    if key in taken:
        return [
            Sentence(
                "The key {key} would mean both {first} and {second}; give one of them another.",
                {"key": key, "first": taken[key], "second": name},
            )
        ]
    return []


def step_of(text: str) -> Step:
    """Return the verb and the words after it."""
    verb, _space, words = text.strip().partition(" ")
    return Step(verb.casefold(), words.strip())


def _step_faults(step: Step, members: Sequence[str]) -> list[Sentence]:
    verb, words = step
    if verb not in VERBS:
        near = difflib.get_close_matches(verb, sorted(VERBS), 1)
        hint = near[0] if near else ", ".join(sorted(VERBS))
        return [
            Sentence("A macro cannot do {verb}; did you mean {hint}?", {"verb": verb, "hint": hint})
        ]
    if verb in _ALONE and words:
        return [
            Sentence(
                "In a macro, {verb} stands alone; got {words}.", {"verb": verb, "words": words}
            )
        ]
    if verb in _WITH and not words and verb != "snooze":
        return [Sentence("In a macro, {verb} needs a word after it.", {"verb": verb})]
    if verb == "snooze" and words and until_of(words, _NOON) is None:
        return [
            Sentence(
                "In a macro, snooze takes a time such as 2h, 17:30 or tomorrow; got {words}.",
                {"words": words},
            )
        ]
    if verb == "priority" and words not in ("1", "2", "3", "4", "5", "auto"):
        return [Sentence("In a macro, priority takes 1 to 5, or auto; got {words}.",
                         {"words": words})]  # fmt: skip
    if verb == "assign" and members and words not in ("me", *members):
        return [
            Sentence(
                "There is nobody called {who} in the team: {members}.",
                {"who": words, "members": ", ".join(members)},
            )
        ]
    return []


def arguments_of(step: Step, now: Micros, me: str) -> dict[str, Any]:
    """Return what ``perform`` is asked with for one step."""
    verb, words = step
    match verb:
        case "snooze":
            return {"until": until_of(words, now) if words else None}
        case "assign":
            return {"to": me if words == "me" else words}
        case "note":
            return {"text": words}
        case "tag" | "untag":
            return {"tags": tuple(word.strip() for word in words.split(",") if word.strip())}
        case "priority":
            return {"priority": None if words == "auto" else int(words)}
        case _:
            return {}
