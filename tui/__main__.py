"""The program ``hubbub``: the dashboard, or one command. Loads only what was asked for."""

from __future__ import annotations

import importlib
import os
import sys

from tui.commands import COMMANDS, DONE, FAILED, WRONG_USE
from tui.commands.parser import build_parser, speak
from tui.language import _

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run hubbub and return the exit code: 0 done, 1 failed, 2 wrong use."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    speak(given)
    stranger = foreign_package()
    if stranger:
        sys.stderr.write(stranger + "\n")
        return FAILED
    parsed = build_parser(given).parse_args(given)
    modules = {name: module for name, module, _help in COMMANDS}
    module = modules.get(parsed.command or "", "tui.commands.dashboard")
    return _guarded(module, parsed)


def _guarded(module: str, parsed: object) -> int:
    try:
        return int(importlib.import_module(module).run(parsed))
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        from tui.commands.common import quiet_output

        quiet_output()
        return DONE
    except KeyboardInterrupt:
        return FAILED
    except Exception as error:
        return _complain(error)


def _complain(error: Exception) -> int:
    """Say in one sentence why a command cannot go on; what is our own mistake goes on to be one."""
    from listeners.config import ConfigError
    from listeners.query import QuerySyntaxError
    from listeners.store import StoreError
    from tui.commands.common import CommandError
    from tui.commands.output import complain
    from tui.keymap import KeymapError

    match error:
        case CommandError():
            if error.above:
                sys.stderr.write(error.above + "\n")
            complain(error.sentence)
            return error.code
        case ConfigError():
            complain(error.sentence, error.where)
            return WRONG_USE
        case KeymapError():
            for sentence in error.sentences:
                complain(sentence)
            return WRONG_USE
        case QuerySyntaxError():
            complain(error.sentence)
            return WRONG_USE
        case StoreError():
            complain(error.sentence)
            return FAILED
        case _:
            raise error


def foreign_package() -> str:
    """Return a complaint if another distribution replaced one of our packages, else nothing."""
    import listeners
    import tui

    files = [os.path.realpath(str(package.__file__)) for package in (tui, listeners)]
    roots = {os.path.dirname(os.path.dirname(file)) for file in files}
    if len(roots) == 1:
        return ""
    return _(
        "Another package has put its own “tui” or “listeners” in place of hubbub's ({roots}). "
        "Install hubbub by itself: pipx install hubbub, or uv tool install hubbub."
    ).format(roots=", ".join(sorted(roots)))


if __name__ == "__main__":
    sys.exit(main())
