"""How far every file of the drop folder was read, and which columns were used; as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from listeners.importing.files import Place

_MOST_MAPPINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """One file as last seen: size in bytes, time of change in nanoseconds, and our place in it."""

    size: int
    changed_ns: int
    place: Place

    def is_as_seen(self, size: int, changed_ns: int) -> bool:
        """Whether the file has not changed since."""
        return (self.size, self.changed_ns) == (size, changed_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCursor:
    """All files by name, and the mappings of columns by the signature of their heading."""

    files: Mapping[str, FileState] = field(default_factory=dict)
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def with_file(self, name: str, state: FileState) -> FolderCursor:
        """Return the cursor with one file's state."""
        return replace(self, files={**self.files, name: state})

    def with_mapping(self, signature: str, mapping: Mapping[str, str]) -> FolderCursor:
        """Return the cursor that uses this mapping for all tables of this heading."""
        kept = {key: value for key, value in self.mappings.items() if key != signature}
        kept[signature] = mapping
        return replace(self, mappings=dict(list(kept.items())[-_MOST_MAPPINGS:]))

    def only(self, names: Collection[str]) -> FolderCursor:
        """Return the cursor without files that are no longer in the folder."""
        return replace(self, files={k: v for k, v in self.files.items() if k in names})


def load_cursor(text: str | None) -> FolderCursor:
    """Return the stored cursor; one that cannot be read is a new start, which loses nothing."""
    try:
        table = json.loads(text or "{}")
    except ValueError:
        return FolderCursor()
    if not isinstance(table, dict):
        return FolderCursor()
    files, mappings = table.get("files"), table.get("mappings")
    return FolderCursor(
        files={
            str(name): state
            for name, row in (files.items() if isinstance(files, dict) else ())
            if (state := _state(row)) is not None
        },
        mappings={
            str(key): {str(k): str(v) for k, v in value.items()}
            for key, value in (mappings.items() if isinstance(mappings, dict) else ())
            if isinstance(value, dict)
        },
    )


def dump_cursor(cursor: FolderCursor) -> str:
    """Return the cursor as JSON: a file is [size, changed, lines, fingerprint, done]."""
    files = {
        name: [s.size, s.changed_ns, s.place.lines, s.place.fingerprint, int(s.place.done)]
        for name, s in cursor.files.items()
    }
    table = {"files": files, "mappings": {k: dict(v) for k, v in cursor.mappings.items()}}
    return json.dumps({k: v for k, v in table.items() if v}, separators=(",", ":"))


def _state(row: object) -> FileState | None:
    match row:
        case [int(size), int(changed_ns), int(lines), str(fingerprint), int(done)]:
            place = Place(lines=lines, fingerprint=fingerprint, done=bool(done))
            return FileState(size=size, changed_ns=changed_ns, place=place)
        case _:
            return None
