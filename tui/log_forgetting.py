"""Taking a person out of the log files: overwritten where they stand, byte for byte.

Another hubbub may be writing the newest file meanwhile, so it keeps its place and its length.
"""

from __future__ import annotations

from pathlib import Path

from listeners.people.masking import Masking
from tui.log import KEPT, default_path


def forget_in_log(masking: Masking, path: Path | None = None) -> int:
    """Blot out every line of the log that names the person; return how many those were."""
    newest = path or default_path()
    files = [newest, *(newest.with_name(f"{newest.name}.{n}") for n in range(1, KEPT + 1))]
    return sum(_blot(one, masking) for one in files if one.is_file())


def _blot(file: Path, masking: Masking) -> int:
    blotted = place = 0
    with file.open("r+b") as log:
        for line in log.readlines():
            words = line.rstrip(b"\n")
            if words and masking.names(words.decode("utf-8", "replace")):
                log.seek(place)
                log.write(b"*" * len(words))
                blotted += 1
            place += len(line)
    return blotted
