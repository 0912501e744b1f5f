"""Opening a link of a stranger: only web addresses, shown in full, never through a shell.

The standard library's ``webbrowser`` passes ``file:``, ``javascript:`` and even command options
on; here a link is taken apart, checked and written anew before a browser sees it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from listeners.model import SafeText

LONGEST = 2048
_KEPT = "!#$%&'()*+,/:;=?@[]~"
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Link:
    """A checked web address. ``url`` is ASCII; ``host`` is what to show, in punycode if odd.

    ``doubtful`` says that the host mixes scripts, as look-alike addresses do: ask before opening.
    """

    url: SafeText
    host: SafeText
    doubtful: bool


def check_link(text: str) -> Link | None:
    """Return the link in ``text`` if it is a plain web address, else ``None``.

    Refused: other schemes than http and https, user names, control characters and spaces, more
    than 2,048 characters, and hosts that are no host.
    """
    if len(text) > LONGEST or any(
        character.isspace() or unicodedata.category(character)[0] == "C" for character in text
    ):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
        plain = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _is_host(plain):
        return None
    place = f"[{plain}]" if ":" in plain else plain
    if port is not None:
        place += f":{port}"
    url = urlunsplit(
        (parts.scheme, place, quote(parts.path, safe=_KEPT), quote(parts.query, safe=_KEPT),
         quote(parts.fragment, safe=_KEPT))
    )  # fmt: skip
    if len(url) > LONGEST:
        return None
    return Link(SafeText(url), SafeText(plain), _mixes_scripts(host))


def _is_host(host: str) -> bool:
    if ":" in host:
        return all(character in "0123456789abcdef:." for character in host)
    labels = host.split(".")
    return bool(host) and all(
        label and not label.startswith("-") and label.replace("-", "").replace("_", "").isalnum()
        for label in labels
    )


def _mixes_scripts(host: str) -> bool:
    """Whether one label holds letters of two scripts, such as a Cyrillic а among Latin letters."""
    for label in host.split("."):
        scripts = {
            unicodedata.name(character, "?").split()[0]
            for character in label
            if character.isalpha()
        }
        # Japanese writes three scripts together.
        if len(scripts - {"HIRAGANA", "KATAKANA", "CJK"}) > 1:
            return True
    return False


def browser_command(
    environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> list[str] | None:
    """Return the command that opens a link here, or ``None`` where no browser can be seen.

    Over SSH and without a display a browser would open elsewhere, or inside our own screen.
    """
    env = os.environ if environment is None else environment
    if env.get("SSH_CONNECTION") or env.get("SSH_TTY"):
        return None
    if platform == "darwin":
        return ["open"]
    if platform == "win32":
        return ["explorer"]
    if not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        return None
    opener = shutil.which("xdg-open", path=env.get("PATH"))
    return [opener] if opener else None


def page_of(path: Path) -> SafeText | None:
    """Return the address of a page that hubbub wrote itself, ``None`` where it is no such file.

    Never called with a path that somebody else named: a browser may run what other files hold.
    """
    whole = path.resolve()
    if whole.suffix != ".html" or whole.is_symlink() or not whole.is_file():
        return None
    return SafeText(whole.as_uri())


def open_link(link: Link, environment: Mapping[str, str] | None = None) -> bool:
    """Open a link in the browser; ``False`` where there is none, so that it is copied instead."""
    return _open(link.url, environment)


def open_page(path: Path, environment: Mapping[str, str] | None = None) -> bool:
    """Open a page that hubbub wrote itself; ``False`` where it or a browser is not there."""
    address = page_of(path)
    return address is not None and _open(address, environment)


def _open(address: str, environment: Mapping[str, str] | None) -> bool:
    command = browser_command(environment)
    if command is None:
        return False
    _children[:] = [child for child in _children if child.poll() is None]
    try:
        # No shell, and nothing the browser prints can reach our screen.
        child = subprocess.Popen(  # noqa: S603 - a fixed opener with a checked address
            [*command, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    _children.append(child)
    return True
