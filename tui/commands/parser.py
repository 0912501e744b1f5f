"""The command line: what can be typed, said in the language chosen. Imports nothing heavy."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from tui.commands import COMMANDS, WRONG_USE
from tui.language import _, choose_language, msgid, ngettext, use_language

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

FORMATS = ("table", "json", "jsonl", "csv")

# What argparse itself says; it looks these up in our catalogue, and so they must be in it.
ARGPARSE_TEXTS = (
    msgid("usage: "),
    msgid("positional arguments"),
    msgid("options"),
    msgid("show this help message and exit"),
    msgid("show program's version number and exit"),
    msgid("%(prog)s: error: %(message)s\n"),
    msgid("the following arguments are required: %s"),
    msgid("argument %(argument_name)s: %(message)s"),
    msgid("invalid choice: %(value)r (choose from %(choices)s)"),
    msgid("invalid %(type)s value: %(value)r"),
    msgid("expected one argument"),
    msgid("expected at least one argument"),
    msgid("unrecognized arguments: %s"),
    msgid("not allowed with argument %s"),
    msgid("one of the arguments %s is required"),
    msgid("ambiguous option: %(option)s could match %(matches)s"),
    msgid("ignored explicit argument %r"),
)


class Parser(argparse.ArgumentParser):
    """A parser that wants options written in full, and says one sentence when it refuses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to ask for help, and end with 2."""
        hint = _("“{program} --help” says how it is used.").format(program=self.prog)
        self.exit(WRONG_USE, f"{self.prog}: {_harmless(message)}. {hint}\n")


def _harmless(text: str) -> str:
    """Return what was typed without control characters; a wrong word may come from anywhere."""
    return "".join(
        character if character.isprintable() or character in "\u00a0\u202f" else "?"
        for character in text
    )


def build_parser(arguments: Sequence[str]) -> Parser:
    """Return the parser; only the command that is asked for is imported and knows its options."""
    parser = Parser(
        prog="hubbub",
        description=_(
            "Live social listening in the terminal. Without a command: the dashboard, which "
            "listens too unless another hubbub does."
        ),
    )
    parser.add_argument(
        "--version",
        action="version",
        version=_version(),
        help=_("show program's version number and exit"),
    )
    add_common(parser)
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"), title=_("commands"))
    asked = command_of(arguments)
    for name, module, help_text in COMMANDS:
        one = commands.add_parser(name, help=_(help_text), description=_(help_text))
        if name == asked:
            add_common(one)
            importlib.import_module(module).add_arguments(one)
    return parser


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes, before or after its name."""
    parser.add_argument(
        "--config",
        metavar=_("FILE"),
        default=argparse.SUPPRESS,
        help=_("the configuration to use"),
    )
    parser.add_argument(
        "--store", metavar=_("FILE"), default=argparse.SUPPRESS, help=_("the store to use")
    )
    parser.add_argument(
        "--member",
        metavar=_("NAME"),
        default=argparse.SUPPRESS,
        help=_("who sits here, instead of what the configuration says"),
    )
    parser.add_argument(
        "-o",
        "--output",
        choices=FORMATS,
        metavar=_("FORMAT"),
        default=argparse.SUPPRESS,
        help=_("how to write: {formats}").format(formats=", ".join(FORMATS)),
    )


_WITH_VALUE = ("--config", "--store", "--member", "-o", "--output")


def command_of(arguments: Sequence[str]) -> str:
    """Return the command's name in the arguments, empty where there is none."""
    waiting = iter(arguments)
    for argument in waiting:
        if argument in _WITH_VALUE:
            next(waiting, None)
        elif not argument.startswith("-"):
            return argument
    return ""


def _value_of(option: str, arguments: Sequence[str]) -> str:
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return ""


def speak(arguments: Sequence[str]) -> None:
    """Choose the language, before anything is said: the configuration's first, if it names one.

    The file is only glanced at here; it is read and checked later, by whoever needs it.
    """
    named = _value_of("--config", arguments) or os.environ.get("HUBBUB_CONFIG", "")
    spoken = choose_language(_glance(named))
    use_language(spoken)
    # argparse looks these two names up at every word; its own way through gettext would search
    # the disk for a catalogue each time, a hundred times for one help.
    vars(argparse)["_"] = _
    vars(argparse)["ngettext"] = ngettext


def _glance(named: str) -> str:
    """Return the ``language`` that stands before the first table of the configuration."""
    try:
        with open(named or usual_config(), encoding="utf-8", errors="replace") as file:
            for line in file:
                key, _equals, value = line.partition("=")
                if key.strip() == "language":
                    return value.split("#")[0].strip().strip("\"'")
                if line.lstrip().startswith("["):
                    break
    except OSError:
        return ""
    return ""


def usual_config() -> str:
    """Return where the configuration usually is; on Linux without loading anything for it."""
    platform: str = sys.platform
    if platform == "linux":
        base = os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser("~/.config")
        return f"{base}/hubbub/hubbub.toml"
    import platformdirs

    return f"{platformdirs.user_config_dir('hubbub')}/hubbub.toml"


def _version() -> str:
    from listeners import __version__

    return f"hubbub {__version__}"
