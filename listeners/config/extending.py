"""``[pipe.NAME]``, ``[hooks]`` and ``[macros]``: commands and keys of the user's own.

A command is a list of words, run as it stands: no shell reads it, so that nothing in a
conversation can become a command.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from listeners.model import Sentence

HOOK_EVENTS = (
    "conversation.new",
    "conversation.reopened",
    "conversation.answered",
    "conversation.replied",
    "conversation.resolved",
    "conversation.ignored",
    "conversation.snoozed",
    "conversation.assigned",
    "alert.fired",
    "alert.acked",
    "alert.resolved",
    "note.named",
)
USUAL_SECONDS = 30.0
LONGEST_SECONDS = 600.0
PIPE_VERBS = ("", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeConfig:
    """A command that is handed a conversation as JSON on its input.

    ``verb`` ``note`` keeps what it prints as a note. ``seconds`` is how long it may take.
    """

    name: str
    command: tuple[str, ...]
    label: str
    key: str = ""
    verb: str = ""
    seconds: float = USUAL_SECONDS


@dataclass(frozen=True, slots=True)
class HookConfig:
    """A command that is run for every event of one kind, the event as JSON on its input."""

    event: str
    command: tuple[str, ...]

    @property
    def name(self) -> str:
        """The lasting name of the hook: what happened, and what is run."""
        return f"{self.event} {' '.join(self.command)}"


class ExtensionError(Exception):
    """Something in these tables is wrong; ``key`` is the word in the file to blame."""

    def __init__(self, key: str, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.key = key
        self.sentence = sentence


def pipes_of(document: Mapping[str, object]) -> tuple[PipeConfig, ...]:
    """Read ``[pipe.NAME]``.

    Raises:
        ExtensionError: a pipe cannot be used as it is written.
    """
    return tuple(_pipe(name, body) for name, body in _table(document, "pipe").items())


def _pipe(name: str, body: object) -> PipeConfig:
    if not isinstance(body, dict):
        raise ExtensionError(name, Sentence("A pipe is written as a table [pipe.NAME]."))
    known = ("command", "label", "key", "verb", "seconds")
    for key in body:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            raise ExtensionError(
                key,
                Sentence(
                    "A pipe has no {name}; did you mean {hint}?",
                    {"name": key, "hint": near[0] if near else ", ".join(known)},
                ),
            )
    for key in ("label", "key", "verb"):
        if not isinstance(body.get(key, ""), str):
            raise ExtensionError(key, Sentence("{key} must be text in quotes.", {"key": key}))
    verb = str(body.get("verb", ""))
    if verb not in PIPE_VERBS:
        raise ExtensionError(
            "verb", Sentence('The verb of a pipe is "note", or none; got {verb}.', {"verb": verb})
        )
    seconds = body.get("seconds", USUAL_SECONDS)
    if (
        not isinstance(seconds, (int, float))
        or isinstance(seconds, bool)
        or not 0 < seconds <= LONGEST_SECONDS
    ):
        raise ExtensionError(
            "seconds",
            Sentence("A pipe may take up to {most} seconds.", {"most": int(LONGEST_SECONDS)}),
        )
    return PipeConfig(
        name=name,
        command=_command(name, body.get("command")),
        label=str(body.get("label", "")) or name,
        key=str(body.get("key", "")),
        verb=verb,
        seconds=float(seconds),
    )


def hooks_of(document: Mapping[str, object]) -> tuple[HookConfig, ...]:
    """Read ``[hooks]``: an event, and a command for it, or a list of commands.

    Raises:
        ExtensionError: an event nobody knows, or no command.
    """
    hooks: dict[str, HookConfig] = {}
    for event, value in _table(document, "hooks").items():
        if event not in HOOK_EVENTS:
            near = difflib.get_close_matches(event, HOOK_EVENTS, 1)
            raise ExtensionError(
                event,
                Sentence(
                    "There is no event {event}; did you mean {hint}?",
                    {"event": event, "hint": near[0] if near else ", ".join(HOOK_EVENTS)},
                ),
            )
        several = isinstance(value, list) and bool(value) and isinstance(value[0], list)
        for command in value if isinstance(value, list) and several else [value]:
            hook = HookConfig(event, _command(event, command))
            hooks[hook.name] = hook
    return tuple(hooks.values())


def macros_of(document: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Read ``[macros]``: a key, and the verbs it does one after the other.

    What the verbs mean is checked where keys are.

    Raises:
        ExtensionError: not a list of texts.
    """
    macros: dict[str, tuple[str, ...]] = {}
    for key, value in _table(document, "macros").items():
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise ExtensionError(
                key,
                Sentence(
                    "A macro is a list of verbs, such as [{example}].",
                    {"example": '"take", "tag billing"'},
                ),
            )
        macros[key] = tuple(value)
    return macros


def _command(key: str, value: object) -> tuple[str, ...]:
    words = value if isinstance(value, list) else []
    if words and all(isinstance(one, str) for one in words) and words[0].strip():
        return tuple(words)
    raise ExtensionError(
        key,
        Sentence(
            "The command of {name} is a list of words, such as [{example}].",
            {"name": key, "example": '"python3", "crm.py"'},
        ),
    )


def _table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = document.get(key, {})
    if not isinstance(value, dict):
        raise ExtensionError(key, Sentence("{key} must be a table.", {"key": key}))
    return value
