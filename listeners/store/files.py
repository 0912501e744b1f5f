"""The store as a file: where it may live, who may read it, and whether it is still the same."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from listeners.model import Sentence
from listeners.store.errors import StoreError, Trouble, store_error

_HEADER = b"SQLite format 3\x00"
_MOUNTS = Path("/proc/self/mounts")
_OCTAL = re.compile(r"\\([0-7]{3})")
"""How the kernel writes a space or a line break in a mount point."""
_NETWORK_DISKS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "beegfs"),
        *("ncpfs", "davfs", "fuse.davfs2", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph"),
        *("fuse.rclone", "fuse.s3fs"),
    }
)
"""File systems without the shared memory that write-ahead logging needs."""


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A store that was opened: its path, and the file that path named then."""

    path: Path
    device: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> StoreFile:
        """Remember which file ``path`` names now."""
        found = path.stat()
        return cls(path, found.st_dev, found.st_ino)

    def check_unmoved(self) -> None:
        """Refuse to write into a file that nobody can find any more.

        Raises:
            StoreError: the path names another file, or none.
        """
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            found = None
        except OSError as error:
            raise store_error(Trouble.CANNOT_OPEN, self.path) from error
        if found is None or (found.st_dev, found.st_ino) != (self.device, self.inode):
            raise StoreError(
                Sentence(
                    "{path} was moved, deleted or replaced while hubbub was running, so nothing "
                    "more is written. Put it back, then start hubbub again.",
                    {"path": str(self.path)},
                ),
                Trouble.REPLACED,
            )


def create_private(path: Path) -> None:
    """Create an empty file that only its owner can read, in a folder of the same kind.

    SQLite would create it with the umask's mode; its -wal and -shm files take the mode of the
    file that is there. An existing file is left as it is.

    Raises:
        StoreError: the folder cannot be made or written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except PermissionError as error:
        raise store_error(Trouble.READ_ONLY, path) from error
    except OSError as error:
        raise store_error(Trouble.CANNOT_OPEN, path) from error


def check_kind(path: Path) -> None:
    """Refuse what is no database before SQLite sees it. A file of no bytes is a new store.

    Raises:
        StoreError: a folder, a device, a file of another kind, or not readable.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise store_error(Trouble.NOT_A_STORE, path)
        with path.open("rb") as file:
            head = file.read(len(_HEADER))
    except OSError as error:
        raise store_error(Trouble.CANNOT_OPEN, path) from error
    if head and head != _HEADER:
        raise store_error(Trouble.NOT_A_STORE, path)


def check_disk(path: Path, mounts: str | None = None) -> None:
    """Refuse a file on a disk of another machine, where several processes corrupt the store.

    ``mounts`` is the text of ``/proc/self/mounts``, read from there unless given. Systems without
    that file are not checked.

    Raises:
        StoreError: the file lies on a network file system.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
        except OSError:
            mounts = ""
    kind = _file_system(path.resolve(), mounts)
    if kind in _NETWORK_DISKS:
        raise StoreError(
            Sentence(
                "{path} lies on a network disk ({kind}), where a store can be damaged. Choose a "
                "file on this machine with --store.",
                {"path": str(path), "kind": kind},
            ),
            Trouble.NETWORK_DISK,
        )


def _file_system(path: Path, mounts: str) -> str:
    """Return the type of the file system a path lies on: that of the longest mount point."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[1])
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
