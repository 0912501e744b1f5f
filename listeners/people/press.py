"""Press lists: people in a table, from a spreadsheet, a PR database, or by hand.

One person to a row; the heading says in English or French what a column is. A row that cannot be
used costs itself alone, and its line is told.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from listeners.importing.columns import heading
from listeners.importing.lines import Line, Lines
from listeners.importing.table import Row, read_rows
from listeners.model import SafeText, Sentence
from listeners.people.links import handle_of, page, spelled
from listeners.people.merging import refused
from listeners.people.rows import Contact
from listeners.text import clean_line, fold

MOST_BYTES: Final = 2_000_000
MOST_ROWS: Final = 10_000
_MOST_TAGS: Final = 20
_SEPARATORS: Final = (",", ";", "\t")
# fmt: off
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "nom", "full name", "nom complet", "contact", "journalist", "journaliste"),
    "first": ("first name", "firstname", "given name", "prenom"),
    "last": ("last name", "lastname", "surname", "nom de famille"),
    "role": ("role", "type", "category", "categorie"),
    "outlet": ("outlet", "media", "publication", "company", "organisation", "organization",
               "entreprise", "societe", "journal"),
    "beat": ("beat", "rubrique", "topic", "topics", "sujet", "sujets", "theme", "themes"),
    "mail": ("email", "e mail", "mail", "courriel", "adresse mail", "email address"),
    "phone": ("phone", "telephone", "tel", "mobile", "portable", "phone number"),
    "site": ("site", "website", "web", "url", "blog", "site web", "site internet"),
    "tags": ("tags", "etiquettes", "tag", "etiquette", "labels"),
}
_NETWORKS: Final = (
    "mastodon", "bluesky", "bsky", "x", "twitter", "instagram", "insta", "facebook", "linkedin",
    "threads", "tiktok", "youtube", "github", "reddit", "lemmy", "telegram", "discourse", "nostr",
    "medium", "pinterest", "hackernews", "lobsters", "devto", "matrix",
)
_ROLES: Final[Mapping[str, str]] = {
    "journalist": "journalist", "journaliste": "journalist", "press": "journalist",
    "presse": "journalist", "reporter": "journalist", "editor": "journalist",
    "redacteur": "journalist", "redactrice": "journalist", "pigiste": "journalist",
    "vip": "vip", "influencer": "influencer", "influenceur": "influencer",
    "influenceuse": "influencer", "creator": "influencer", "createur": "influencer",
    "blogger": "influencer", "blogueur": "influencer", "blogueuse": "influencer",
    "customer": "customer", "client": "customer", "cliente": "customer",
    "partner": "partner", "partenaire": "partner", "staff": "staff", "employe": "staff",
    "employee": "staff", "competitor": "competitor", "concurrent": "competitor",
    "concurrente": "competitor",
}
# fmt: on
_HANDLE: Final = re.compile(r"\S{1,200}")
_MAIL: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,200}\.[^\s@<>,;]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person of the list. ``line`` is where it stands; an empty ``role`` was not given."""

    line: int
    name: SafeText
    role: str
    outlet: SafeText
    beat: SafeText
    contacts: tuple[Contact, ...] = ()
    tags: tuple[SafeText, ...] = ()


@dataclass(frozen=True, slots=True)
class PressList:
    """What a file says: the people in it, and what was left out and why."""

    entries: tuple[Entry, ...] = ()
    refused: tuple[Sentence, ...] = ()


@dataclass(slots=True)
class _Reading:
    entries: list[Entry] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)


def read_press_list(data: bytes, name: str) -> PressList:
    """Return the people of a table in UTF-8, UTF-16 or Windows-1252; its heading says what is what.

    ``name`` is the file's, for the sentences. Nothing is raised: a file without a column for the
    name, or one too large, is a list of nobody with the reason.
    """
    file = str(clean_line(name, 100))
    if len(data) > MOST_BYTES:
        why = Sentence("{file} is larger than 2 MB: too large for a press list.", {"file": file})
        return PressList(refused=(why,))
    lines = list(Lines(io.BytesIO(data)))
    separator = max(_SEPARATORS, key=lambda one: _width(lines, one))
    rows = (row for row in read_rows(lines, separator) if row.cells or row.fault)
    first = next(rows, None)
    columns = _columns(first.cells) if first is not None else {}
    if not {"name", "first", "last"} & set(columns.values()):
        return PressList(refused=(_no_name(file),))
    reading = _Reading()
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            values: dict[str, str | int | float] = {"file": file, "count": MOST_ROWS}
            more = Sentence("{file}: only the first {count} rows were read.", values)
            reading.refused.append(more)
            break
        _read(row, columns, file, reading)
    return PressList(tuple(reading.entries), tuple(reading.refused))


def _width(lines: Sequence[Line], separator: str) -> int:
    head = read_rows(lines[:5], separator)
    first = next((row for row in head if row.cells), None)
    return len(first.cells) if first is not None else 0


def _no_name(file: str) -> Sentence:
    return Sentence(
        "{file} has no column of names. Its first row must say what each column is, such as name, "
        "outlet, email, mastodon.",
        {"file": file},
    )


def _columns(cells: Sequence[str]) -> dict[int, str]:
    """Return what each column holds: a field of ``_COLUMNS``, or ``@network``."""
    known = {name: one for one, names in _COLUMNS.items() for name in names}
    found: dict[int, str] = {}
    for number, cell in enumerate(cells[:100]):
        title = heading(cell)
        network = title.removesuffix(" handle").removesuffix(" account").removeprefix("compte ")
        what = known.get(title, "")
        if not what and network in _NETWORKS:
            what = f"@{spelled(network)}"
        for part in title.split() if not what and " " in title else ():
            # "X/Twitter", "Twitter (X)": a column that names a network more than once.
            if part in _NETWORKS:
                what = f"@{spelled(part)}"
                break
        if what and what not in found.values():
            found[number] = what
    return found


def _read(row: Row, columns: Mapping[int, str], file: str, into: _Reading) -> None:
    line = row.lines[0].number
    where: dict[str, str | int | float] = {"line": line, "file": file}
    if row.fault is not None:
        into.refused.append(replace(row.fault, values={**where, **row.fault.values}))
        return
    said = {what: row.cells[at].strip() for at, what in columns.items() if at < len(row.cells)}
    if not any(said.values()):
        return
    name = clean_line(said.get("name") or f"{said.get('first', '')} {said.get('last', '')}", 120)
    if (first := clean_line(said.get("first"))) and fold(first) not in fold(name):
        # French lists split "prénom" and "nom".
        name = clean_line(f"{first} {name}", 120)
    if not name:
        into.refused.append(Sentence("Line {line} of {file}: there is no name in it.", where))
        return
    words = re.findall(r"\w+", fold(said.get("role", "")))
    role = next((_ROLES[word] for word in words if word in _ROLES), "")
    if said.get("role") and not role:
        values = {**where, "role": str(clean_line(said["role"], 40))}
        unknown = Sentence(
            "Line {line} of {file}: no role is called “{role}”; the person was taken in without.",
            values,
        )
        into.refused.append(unknown)
    into.entries.append(
        Entry(
            line=line,
            name=name,
            role=role,
            outlet=clean_line(said.get("outlet"), 120),
            beat=clean_line(said.get("beat"), 120),
            contacts=tuple(_contacts(said, where, into)),
            tags=_tags(said.get("tags", "")),
        )
    )


def _tags(text: str) -> tuple[SafeText, ...]:
    words = (clean_line(one, 60).lstrip("#").strip() for one in re.split("[,;|/]", text))
    return tuple(dict.fromkeys(SafeText(one) for one in words if one))[:_MOST_TAGS]


def _contacts(
    said: Mapping[str, str], where: Mapping[str, str | int | float], into: _Reading
) -> Iterator[Contact]:
    mail = clean_line(said.get("mail"), 300).casefold().removeprefix("mailto:")
    if mail and _MAIL.fullmatch(mail):
        yield Contact("mail", mail)
    elif mail:
        told = {**where, "address": str(mail)}
        into.refused.append(
            Sentence("Line {line} of {file}: “{address}” is no mail address; left out.", told)
        )
    if phone := clean_line(said.get("phone"), 60):
        yield Contact("phone", phone)
    if site := page(str(clean_line(said.get("site"), 300))):
        yield Contact("site", site)
    handles = {
        what[1:]: handle
        for what, cell in said.items()
        if what.startswith("@") and (handle := handle_of(what[1:], str(clean_line(cell, 300))))
    }
    why = refused(handles)
    for network, handle in handles.items():
        if why is not None and network == "reddit":
            into.refused.append(
                Sentence(
                    "Line {line} of {file}: the Reddit name was left out, since Reddit forbids to "
                    "match its members with accounts elsewhere.",
                    where,
                )
            )
        elif _HANDLE.fullmatch(handle):
            yield Contact("handle", handle, network)
        else:
            told = {**where, "handle": handle[:60]}
            into.refused.append(
                Sentence("Line {line} of {file}: “{handle}” is no handle; left out.", told)
            )
