"""Copying text: through the terminal (OSC 52), and by the desktop's own tool where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

LONGEST = 60_000
"""Bytes handed to a tool: what a pipe takes at once, so that a slow tool cannot hold us up."""

_children: list[subprocess.Popen[bytes]] = []


def copy_command(
    environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> list[str] | None:
    """Return the command that takes the clipboard's new content on its input, if there is one."""
    env = os.environ if environment is None else environment
    path = env.get("PATH")
    if platform == "darwin":
        return ["pbcopy"]
    if platform == "win32":
        return ["clip"]
    if env.get("WAYLAND_DISPLAY") and shutil.which("wl-copy", path=path):
        return ["wl-copy"]
    if env.get("DISPLAY"):
        if shutil.which("xclip", path=path):
            return ["xclip", "-selection", "clipboard"]
        if shutil.which("xsel", path=path):
            return ["xsel", "--clipboard", "--input"]
    return None


def copy_by_tool(text: str, environment: Mapping[str, str] | None = None) -> bool:
    """Hand text to the desktop's clipboard tool; ``False`` where there is none.

    The terminal may have copied it all the same: OSC 52 gives no answer.
    """
    command = copy_command(environment)
    content = text.encode("utf-8", "replace")
    if command is None or len(content) > LONGEST:
        return False
    _children[:] = [child for child in _children if child.poll() is None]
    try:
        child = subprocess.Popen(  # noqa: S603 - one of the fixed tools above
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    _children.append(child)
    if child.stdin is None:
        return False
    try:
        child.stdin.write(content)
        child.stdin.close()
    except OSError:
        return False
    return True
