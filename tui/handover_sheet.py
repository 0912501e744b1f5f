"""The hand-over sheet as Markdown to read or to paste, and as a record for scripts.

What strangers wrote cannot become a link, a heading or a picture where the sheet is pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from listeners.model import Micros
from listeners.networks.titles import network_title
from listeners.planning.entry import Planned, begins
from listeners.reports.handover import Done, Handover, Holding
from listeners.rows import ConversationRow
from tui.commands.output import Record
from tui.commands.plan_records import plan_record
from tui.commands.records import (
    alert_record,
    conversation_record,
    event_record,
    source_record,
    when,
)
from tui.duty_words import stretch_words
from tui.i18n import _, age, day, full_moment, moment, number, say, zone
from tui.language import msgid
from tui.stage_words import stage_word
from tui.team_words import away_words
from tui.words import word

_EXCERPT = 120
_FEW = 8
_MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
_DONE = {
    "answered": msgid("marked as answered by {name}, {when}"),
    "reply": msgid("replied to by {name}, {when}"),
    "resolve": msgid("resolved by {name}, {when}"),
    "ignore": msgid("dismissed by {name}, {when}"),
    "snooze": msgid("snoozed by {name}, {when}"),
}


def sheet(one: Handover) -> str:
    """Return the whole sheet; empty sections are left out, but never what is open."""
    now = one.at
    title = (
        _("Hand-over of {name}").format(name=plain(one.member)) if one.member else _("Hand-over")
    )
    about = _("{when} · since {since}").format(when=full_moment(now), since=full_moment(one.since))
    if one.brand:
        about += f" · {plain(one.brand)}"
    lines = [f"# {title}", "", about, ""]
    lines += ["## " + _("What is open"), ""]
    if not one.open:
        lines += [_("Nothing is open."), ""]
    for held in one.open:
        lines += _held(held, one)
    lines += _section(_("Waits longest"), [_waits(row, now) for row in one.oldest])
    lines += _section(_("Done since"), [_done(done, now) for done in one.done])
    lines += _section(_("Asleep"), [_asleep(row, now) for row in one.asleep])
    lines += _section(_("Late"), _some([_entry(entry, now) for entry in one.late]))
    lines += _section(
        _("Planned, three days"), _some([_entry(entry, now) for entry in one.planned])
    )
    lines += _section(
        _("On duty, three days"),
        [
            f"{plain(turn.member)} · {stretch_words(turn.from_at, turn.to_at, now)}"
            + (f" · {plain(turn.brand)}" if turn.brand and not one.brand else "")
            for turn in one.duty
        ],
    )
    lines += _section(
        _("Worth a next step"),
        [
            f"{plain(who.name)} · {network_title(who.network)} · " + stage_word(who.situation.stage)
            for who in one.steps
        ],
    )
    lines += _section(
        _("Alerts"),
        [
            _("alert {number}").format(number=row.id) + f" · {word(row.severity)} · "
            f"{plain(say(row.title))} · {_owner(row.owner)}"
            for row in one.alerts
        ],
    )
    lines += _section(
        _("Sources in trouble"),
        [
            f"{plain(row.label)} · {word(row.state)}"
            + (f" · {plain(say(row.detail))}" if row.detail is not None else "")
            for row in one.sources
        ],
    )
    lines += _section(
        _("Notes"),
        [
            f"{_where(note.kind, note.subject)} · "
            + _says(f"{plain(note.author)}, {moment(note.at, now)}", plain(note.text))
            for note in one.notes
        ],
    )
    lines += _section(
        _("Drafts left"),
        [
            f"#{left.conversation} · " + _says(plain(left.author), plain(left.text, _EXCERPT))
            for left in one.drafts
        ],
    )
    lines += _section(
        _("Uncertain replies: look whether they are there"),
        [
            f"#{row.conversation} · "
            + _says(f"{plain(row.author)}, {network_title(row.network)}", plain(row.text, _EXCERPT))
            for row in one.uncertain
        ],
    )
    lines += _section(
        _("Away"), [f"{plain(gone.member)} · {away_words(gone, now)}" for gone in one.away]
    )
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, items: Iterable[str]) -> list[str]:
    listed = [f"- {item}" for item in items]
    return [f"## {title}", "", *listed, ""] if listed else []


def _entry(entry: Planned, now: Micros) -> str:
    parts = [moment(begins(entry, zone()), now), plain(entry.title, _EXCERPT)]
    if entry.all_day:
        parts[0] = day(begins(entry, zone()))
    if entry.channel:
        parts.append(network_title(entry.channel))
    return " · ".join([*parts, _owner(entry.owner)])


def _some(items: list[str]) -> list[str]:
    if len(items) <= _FEW:
        return items
    return [*items[:_FEW], _("and {count} more").format(count=number(len(items) - _FEW))]


def _held(held: Holding, one: Handover) -> list[str]:
    name = plain(held.member) if held.member else _("nobody's")
    count = _("{count} open").format(count=len(held.rows))
    gone = next((gone for gone in one.away if gone.member == held.member), None)
    head = f"### {name} · {count}" + (f" · {away_words(gone, one.at)}" if gone else "")
    listed = []
    for row in held.rows:
        parts = [f"#{row.id}", due_words(row, one.at)]
        parts += [plain(say(reason)) for reason in row.reasons[:2]]
        parts.append(_said_by(row))
        listed.append(f"- {' · '.join(part for part in parts if part)}")
    return [head, "", *listed, ""]


def due_words(row: ConversationRow, now: Micros) -> str:
    """Return when an answer is due, in words; empty where nothing is."""
    if row.due_at is None:
        return ""
    if row.due_at < now:
        return _("overdue {span}").format(span=age(now - row.due_at))
    return _("due {when}").format(when=moment(row.due_at, now))


def _waits(row: ConversationRow, now: Micros) -> str:
    waited = age(now - (row.waiting_since or now))
    text = _("waits {span}").format(span=waited)
    return f"#{row.id} · {text} · {_owner(row.assignee)} · {_said_by(row)}"


def _done(done: Done, now: Micros) -> str:
    event, row = done.event, done.row
    text = _(_DONE[event.verb]).format(name=plain(event.actor), when=moment(event.at, now))
    wakes = event.after.get("snoozed_until")
    if event.verb == "snooze":
        text += " · " + _wakes(Micros(wakes) if isinstance(wakes, int) else None, now)
    if row is None:
        return f"#{event.subject_id} · {text}"
    return f"#{row.id} · {text} · {_said_by(row)}"


def _asleep(row: ConversationRow, now: Micros) -> str:
    wakes = _wakes(row.snoozed_until, now)
    return f"#{row.id} · {wakes} · {_owner(row.assignee)} · {_said_by(row)}"


def _wakes(until: Micros | None, now: Micros) -> str:
    if until is None:
        return _("wakes when they write")
    return _("wakes {when}").format(when=moment(until, now))


def _owner(name: str) -> str:
    return f"→ {plain(name)}" if name else _("nobody's")


def _where(kind: str, subject: int) -> str:
    return _("alert {number}").format(number=subject) if kind == "alert" else f"#{subject}"


def _said_by(row: ConversationRow) -> str:
    who = f"{plain(row.author_name or row.author)}, {network_title(row.network)}"
    return _says(who, plain(row.excerpt or row.title, _EXCERPT))


def _says(who: str, text: str) -> str:
    return _("{who}: {text}").format(who=who, text=text)


def plain(text: str, longest: int = 500) -> str:
    """Return a text on one line in which nothing is Markdown, cut to so many characters."""
    line = " ".join(text.split())
    cut = line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
    return _MARKS.sub(r"\\\1", cut)


def unmarked(text: str) -> str:
    """Return the sheet as it is read on a screen: without the signs that keep Markdown off."""
    return re.sub(r"\\([\\`*_\[\]<>|#~])", r"\1", text)


def record(one: Handover) -> Record:
    """Return the sheet for a script."""
    return {
        "at": when(one.at),
        "since": when(one.since),
        "brand": one.brand,
        "member": one.member,
        "open": {held.member: [conversation_record(row) for row in held.rows] for held in one.open},
        "oldest": [row.id for row in one.oldest],
        "done": [event_record(done.event) for done in one.done],
        "asleep": [conversation_record(row) for row in one.asleep],
        "alerts": [alert_record(row) for row in one.alerts],
        "sources": [source_record(row) for row in one.sources],
        "notes": [
            {
                "kind": note.kind,
                "subject": note.subject,
                "at": when(note.at),
                "author": note.author,
                "text": note.text,
            }
            for note in one.notes
        ],
        "drafts": [
            {
                "conversation": left.conversation,
                "author": left.author,
                "text": left.text,
                "at": when(left.updated_at),
            }
            for left in one.drafts
        ],
        "uncertain": [
            {"reply": row.id, "conversation": row.conversation, "author": row.author,
             "network": row.network, "text": row.text}
            for row in one.uncertain
        ],
        "late": [plan_record(entry, one.at, zone()) for entry in one.late],
        "planned": [plan_record(entry, one.at, zone()) for entry in one.planned],
        "duty": [
            {"member": turn.member, "brand": turn.brand, "from": when(turn.from_at),
             "to": when(turn.to_at)}
            for turn in one.duty
        ],
        "next_steps": [
            {"person": who.person_id, "name": who.name, "brand": who.brand,
             "stage": who.situation.stage}
            for who in one.steps
        ],
        "away": [
            {"member": gone.member, "since": when(gone.since), "until": when(gone.until)}
            for gone in one.away
        ],
    }  # fmt: skip
