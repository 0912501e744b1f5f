"""``hubbub init``: write a first configuration from a brand's name."""

from __future__ import annotations

import argparse
from pathlib import Path

from listeners.config import default_config_path
from listeners.model import Sentence
from listeners.networks.registry import capabilities
from tui.commands import DONE, WRONG_USE
from tui.commands.common import CommandError
from tui.commands.output import Output
from tui.first_run import FirstRunError, read_brand, starts, write
from tui.i18n import _, say
from tui.sources import short_title


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is asked of the brand."""
    parser.add_argument("--name", required=True, metavar=_("NAME"), help=_("the brand's name"))
    parser.add_argument(
        "--handle",
        action="append",
        default=[],
        metavar=_("HANDLE"),
        help=_("one of its accounts, as network:handle; may be given several times"),
    )
    parser.add_argument("--website", default="", metavar=_("ADDRESS"), help=_("its website"))


def run(arguments: argparse.Namespace) -> int:
    """Write it, and say what starts."""
    output = Output(getattr(arguments, "output", "table"))
    named = getattr(arguments, "config", "")
    path = Path(named).expanduser() if named else default_config_path()
    offered = capabilities()
    networks = [capability.network for capability in offered if not capability.by_hand]
    try:
        brand = read_brand(arguments.name, ",".join(arguments.handle), arguments.website, networks)
    except FirstRunError as error:
        raise CommandError(error.sentence, WRONG_USE) from error
    count = write(path, brand, offered)
    output.said(
        Sentence(
            "{path} is written. Sources ready: {count}. “hubbub” opens the dashboard.",
            {"path": str(path), "count": count},
        ),
        path=str(path),
        sources=[dict(source) for start in starts(brand, offered) for source in start.sources],
    )
    if output.for_people:
        for start in starts(brand, offered):
            mark = "+" if start.at_once else " "
            output.line(f"  {mark} {short_title(start.capability)}: {say(start.why)}")
    return DONE
