"""What is in the drop folder: which files are to be read, which not yet, which never and why."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from listeners.importing.files import kind_of, unknown_kind
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError

_UNFINISHED: Final = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", "~")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFile:
    """A file as it stands now; ``fault`` says why it will not be read."""

    name: str
    size: int
    changed_ns: int
    fault: Sentence | None = None

    @property
    def is_mail(self) -> bool:
        """Whether the file is one e-mail."""
        return kind_of(Path(self.name)) == "mail"


def files_of(folder: Path) -> list[FolderFile]:
    """Return the files of a folder, those changed longest ago first; unfinished ones left out.

    Raises:
        SourceError: there is no such folder, or it may not be read.
    """
    try:
        with os.scandir(folder) as entries:
            found = [file for entry in entries if (file := _file(entry, folder)) is not None]
    except FileNotFoundError as error:
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "The folder {folder} does not exist. Make it, or correct the source's path.",
                {"folder": str(folder)},
            ),
        ) from error
    except OSError as error:
        raise SourceError(
            SourceState.FAILING,
            Sentence(
                "The folder {folder} cannot be read: {fault}.",
                {"folder": str(folder), "fault": error.strerror or type(error).__name__},
            ),
        ) from error
    return sorted(found, key=lambda file: (file.changed_ns, file.name))


def _file(entry: os.DirEntry[str], folder: Path) -> FolderFile | None:
    if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
        return None
    try:
        facts = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # taken away while we looked
        return None
    # Bytes of a name that are no UTF-8 come as half surrogates, which the store cannot hold.
    name = os.fsencode(entry.name).decode("utf-8", "backslashreplace")
    file = FolderFile(name=name, size=facts.st_size, changed_ns=facts.st_mtime_ns)
    told = {"file": name}
    if stat.S_ISDIR(facts.st_mode):
        return None
    if stat.S_ISLNK(facts.st_mode):
        if Path(entry.path).resolve().parent == folder.resolve():
            return None  # the file it leads to is read itself
        fault = Sentence(
            "{file} is a link that leads out of the folder, and is not followed. Put the file "
            "itself here.",
            told,
        )
    elif not stat.S_ISREG(facts.st_mode):
        fault = Sentence("{file} is no ordinary file, and is not read.", told)
    elif name != entry.name:
        fault = Sentence("The name of {file} is not UTF-8. Rename the file.", told)
    elif not kind_of(Path(name)):
        fault = unknown_kind(name)
    else:
        return file
    return replace(file, fault=fault)
