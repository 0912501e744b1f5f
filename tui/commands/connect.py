"""``hubbub connect``: ask an account for its permission in the browser, and keep it in a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from listeners.clock import utc_now
from listeners.config import default_config_path
from listeners.http import Fetcher
from listeners.model import Sentence
from listeners.networks.contract import SourceError
from listeners.networks.x.connect import PORT, connect
from listeners.secret import Secret, SecretError
from tui.commands import DONE
from tui.commands.common import CommandError, settings
from tui.commands.output import Output
from tui.i18n import _
from tui.terminal.ending import run_to_end
from tui.terminal.opener import check_link, open_link


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the network, its app, and where the permission is kept."""
    parser.add_argument("network", choices=["x"], help=_("the network that is asked"))
    parser.add_argument(
        "--client-id", required=True, metavar=_("ID"), help=_("the client ID of your app there")
    )
    parser.add_argument(
        "--client-secret",
        default="",
        metavar=_("SECRET"),
        help=_("where its client secret stands, such as env:NAME; only if it has one"),
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help=_("the port of the callback on this machine")
    )
    parser.add_argument(
        "--file", default="", metavar=_("FILE"), help=_("where the permission is kept")
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask, wait for the browser, and say what to write into the configuration."""
    output = settings(arguments).output
    file = Path(arguments.file).expanduser() if arguments.file else default_file()
    try:
        stated = arguments.client_secret
        secret = Secret(stated).reveal() if stated else ""
    except SecretError as error:
        raise CommandError(error.sentence) from error
    return run_to_end(_connect(output, arguments.client_id, secret, file, arguments.port), 1)


def default_file() -> Path:
    """Return where the permission of X is kept, beside the configuration."""
    return default_config_path().with_name("x.json")


async def _connect(output: Output, client: str, secret: str, file: Path, port: int) -> int:
    async def told(url: str) -> None:
        link = check_link(url)
        if output.for_people and link is not None:
            opened = open_link(link)
            said = _("Say yes in the browser.") if opened else _("Open this in a browser:")
            output.line(f"{said}\n\n{link.url}\n")

    async with Fetcher() as fetch:
        try:
            await connect(fetch, client, secret, file, utc_now, told, port=port)
        except SourceError as error:
            raise CommandError(error.sentence) from error
    output.said(
        Sentence(
            "The permission is in {path}. Write this line into the source of X: {line}",
            {"path": str(file), "line": f'account = "{file}"'},
        ),
        account=str(file),
    )
    return DONE
