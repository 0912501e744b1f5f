"""One person as plain lines, for ``hubbub people show``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from listeners.model import Micros
from listeners.networks.titles import network_title
from listeners.rows import ConversationRow, MentionRow
from listeners.store.reads.person_page import PersonPage
from listeners.text import clean
from tui.i18n import _, day, moment, number, say
from tui.people_words import (
    CONTACTS,
    called,
    net_figure,
    person_name,
    reach_figure,
    role_word,
    stage_word,
)
from tui.words import word

_LABEL = 14


def plain_page(
    page: PersonPage, talks: Sequence[ConversationRow], said: Sequence[MentionRow], now: Micros
) -> list[str]:
    """Return all that is known of a person, and the newest messages of theirs and ours."""
    lines = [f"{person_name(page.row)}  #{page.row.id}"]
    for label, value in _facts(page, now):
        if value:
            lines.append(f"{label:<{_LABEL}}{value}")
    for one in page.row.accounts:
        parts = [network_title(one.network), called(one), one.name, one.url]
        lines.append("  " + "  ".join(part for part in parts if part))
    for title, listed in (
        (_("Notes"), [_noted(note.at, note.author, note.text, now) for note in page.notes]),
        (_("Conversations"), [_talk(row) for row in talks]),
        (_("Said by them and us"), [_message(row, now) for row in said]),
    ):
        if listed:
            lines += ["", title, *(f"  {one}" for one in listed)]
    return [str(clean(line, 600)) for line in lines]


def _facts(page: PersonPage, now: Micros) -> Iterator[tuple[str, str]]:
    row = page.row
    yield _("Role"), role_word(row.role)
    yield _("Stage"), stage_word(row.stage)
    if page.moves and page.moves[-1].stage == row.stage:
        yield "", say(page.moves[-1].reason)
    yield _("Outlet"), row.outlet
    yield _("Beat"), row.beat
    yield _("Tags"), " ".join(f"#{tag}" for tag in row.tags)
    yield _("Muted"), _("yes") if row.muted else ""
    yield _("Reach"), reach_figure(row.reach)
    yield _("Mentions"), number(row.mentions)
    yield _("Our answers"), number(page.answers)
    yield _("Heard since"), day(page.first_at) if page.first_at is not None else ""
    yield _("Last"), moment(row.last_at, now) if row.last_at is not None else _("not heard yet")
    yield _("Mood"), net_figure(row.mood)
    yield _("Cares about"), ", ".join(page.cares)
    for contact in page.contacts:
        label = _(CONTACTS[contact.kind])
        if contact.kind == "handle":
            label = network_title(contact.network)
        yield label, contact.value


def _noted(at: Micros, author: str, text: str, now: Micros) -> str:
    return f"{moment(at, now)}  {author}: {' '.join(text.split())}"


def _talk(row: ConversationRow) -> str:
    words = " ".join((row.title or row.excerpt).split())
    return f"#{row.id}  {word(row.state)}  {network_title(row.network)}  {words[:100]}"


def _message(row: MentionRow, now: Micros) -> str:
    name, words = row.author_name or row.author, " ".join(row.text.split())
    return f"{moment(row.sort_at, now)}  {network_title(row.network)}  {name}: {words[:200]}"
