"""The choices in the dialogs about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from listeners.people.likeness import Likeness
from listeners.people.rows import AccountRow, PeopleFilter, PersonRow
from tui.i18n import _, say
from tui.people_words import STAGES, called, person_name, role_word, stage_word
from tui.screens.pickers import Picker, narrowed
from tui.widgets.choices import Choice
from tui.widgets.paint import network_name, one_line


class TextPicker(Picker):
    """A field with what stands there now; enter keeps what is typed, also nothing."""

    def __init__(self, title: str, present: str, *, hint: str = "") -> None:
        super().__init__(title, kept_choices, hint=hint)
        self.field.value = present


def kept_choices(text: str) -> list[Choice]:
    """Return what was typed as the one choice."""
    words = text.strip()
    return [Choice(words, _("Keep it") if words else _("Leave it empty"))]


def path_choices(text: str) -> list[Choice]:
    """Return the path that was typed as the one choice."""
    words = text.strip()
    return [Choice(words, _("Take in this list"))] if words else []


def role_choices(roles: Sequence[str], present: str, text: str) -> list[Choice]:
    """Return the roles, and none."""
    listed = [Choice(role, role_word(role), on=role == present) for role in roles]
    return narrowed([*listed, Choice("", _("none"), on=not present)], text)


def field_choices(row: PersonRow, text: str) -> list[Choice]:
    """Return what can be changed of a person by hand, each with what it is now."""
    fields = [
        Choice("name", _("Name"), one_line(row.given)),
        Choice("outlet", _("Outlet: the paper or company they speak for"), one_line(row.outlet)),
        Choice("beat", _("Beat: what they write about"), one_line(row.beat)),
    ]
    return narrowed(fields, text)


def account_choices(accounts: Sequence[AccountRow], text: str) -> list[Choice]:
    """Return the accounts of a person."""
    return narrowed(
        [
            Choice(
                one.id, f"{network_name(one.network)} {one_line(called(one))}", one_line(one.name)
            )
            for one in accounts
        ],
        text,
    )


def pair_choices(
    pairs: Sequence[Likeness], known: Mapping[int, PersonRow], text: str
) -> list[Choice]:
    """Return who may be one person, each pair with its proof."""
    return narrowed(
        [
            Choice(
                pair,
                f"{one_line(person_name(known[pair.one]))} = "
                f"{one_line(person_name(known[pair.other]))}",
                say(pair.evidence),
            )
            for pair in pairs
        ],
        text,
    )


def filter_choices(
    wanted: PeopleFilter, roles: Sequence[str], tags: Sequence[str], text: str
) -> list[Choice]:
    """Return what the list can be narrowed to; what is on is taken off by choosing it again."""
    listed = [
        Choice(PeopleFilter(brand=wanted.brand, sort=wanted.sort), _("Everybody")),
        Choice(None, _("Role"), heading=True),
        *(
            Choice(
                replace(wanted, role="" if role == wanted.role else role),
                role_word(role),
                on=role == wanted.role,
            )
            for role in roles
        ),
        Choice(None, _("Stage"), heading=True),
        *(
            Choice(
                replace(wanted, stage="" if stage == wanted.stage else stage),
                stage_word(stage),
                on=stage == wanted.stage,
            )
            for stage in STAGES
        ),
    ]
    if tags:
        listed.append(Choice(None, _("Tag"), heading=True))
    listed += [
        Choice(replace(wanted, tag="" if tag == wanted.tag else tag), f"#{one_line(tag)}",
               on=tag == wanted.tag)
        for tag in tags
    ]  # fmt: skip
    return narrowed(listed, text) if text.strip() else listed


def filter_words(wanted: PeopleFilter) -> str:
    """Return what the list is narrowed to, empty for everybody."""
    parts = [
        role_word(wanted.role),
        stage_word(wanted.stage),
        f"#{one_line(wanted.tag)}" if wanted.tag else "",
        f"“{one_line(wanted.text)}”" if wanted.text else "",
    ]
    return " · ".join(part for part in parts if part)
