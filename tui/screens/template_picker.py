"""Choosing a text to begin a reply with: narrowed by typing, shown as it would read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from listeners.replying.templates import fill, usual_templates
from listeners.store.connection import Connection
from listeners.store.subjects import load_conversations
from listeners.store.templates import Template, templates
from listeners.text import fold
from tui.desk import Desk
from tui.i18n import _
from tui.screens.pickers import Picker
from tui.tongues import tongue
from tui.widgets.choices import Choice
from tui.widgets.paint import Line, content, many_lines, one_line, palette_of, wrapped
from tui.widgets.raised import DialogLines

EDIT = 0
"""The value of the choice that leads to the list of all templates."""
_SHOWN_LINES = 8


class Offered(NamedTuple):
    """A template to offer, and whether a rule suggests it for this conversation."""

    template: Template
    suggested: bool = False


async def offered(desk: Desk, conversation: int, lang: str, brand: str) -> list[Offered]:
    """Return the texts to begin with: a rule's first, then those of the language, then the rest.

    Where the team wrote none yet, those hubbub brings along.
    """

    async def suggested(connection: Connection) -> int | None:
        found = (await load_conversations(connection, [conversation])).get(conversation)
        return found.template_id if found is not None else None

    wanted = await desk.store.read(suggested)
    listed = await templates(desk.store, "", brand)
    if not listed:
        known = desk.config.brand(brand)
        usual = usual_templates(lang, known.audience if known is not None else "both")
        return [Offered(one) for one in usual]
    spoken = lang.lower().partition("-")[0]
    listed.sort(key=lambda one: (one.id != wanted, one.lang not in ("", spoken)))
    return [Offered(one, one.id == wanted) for one in listed]


def template_choices(
    text: str, listed: Sequence[Offered], values: Mapping[str, str]
) -> list[Choice]:
    """Return the templates whose name or words hold what was typed, and the way to all of them."""
    wanted = fold(text.strip())
    found = [
        Choice(
            fill(one.template.text, values).text,
            one.template.name,
            _("suggested by a rule")
            if one.suggested
            else tongue(one.template.lang)
            if one.template.lang
            else "",
        )
        for one in listed
        if wanted in fold(f"{one.template.name} {one.template.text}")
    ]
    return found if wanted else [*found, Choice(EDIT, _("Change the templates"), "^e")]


class TemplatePicker(Picker):
    """The templates, and under them the one under the cursor with its fields filled in."""

    BINDINGS = [Binding("ctrl+e", "edit", show=False, priority=True)]  # noqa: RUF012 - as there

    def __init__(self, listed: Sequence[Offered], values: Mapping[str, str]) -> None:
        self._listed = listed
        self._values = values
        self._shown = DialogLines()
        super().__init__(
            _("Which text?"),
            lambda text: template_choices(text, listed, values),
            hint=_("words of its name or text"),
        )

    def compose(self) -> ComposeResult:
        """Lay the field, the choices, and the text under the cursor."""
        with Vertical(id="box"):
            yield self.field
            yield self.choices
            yield self._shown

    def on_mount(self) -> None:
        """Show the first text."""
        self.call_after_refresh(self._show)

    @on(Input.Changed)
    def _other_choices(self) -> None:
        self.call_after_refresh(self._show)

    def action_move(self, by: int) -> None:
        """Move among the templates."""
        super().action_move(by)
        self._show()

    def action_edit(self) -> None:
        """Go to the list of all templates."""
        self.dismiss(Choice(EDIT, ""))

    def _show(self) -> None:
        styles, width = palette_of(self), self.choices.size.width
        choice = self.choices.choice
        hint = _("enter begins with it · ^e changes them · esc leaves")
        self.query_one("#box").border_subtitle = content([(f" {hint} ", styles.faint)])
        if width < 2:
            return
        lines: list[Line] = [[("─" * width, styles.ghost)]]
        if choice is not None and isinstance(choice.value, str):
            lines += wrapped([(many_lines(choice.value), styles.ink)], width)[:_SHOWN_LINES]
            missing = fill(choice.value, {}).missing
            if missing:
                fields = ", ".join(f"{{{one_line(field)}}}" for field in missing)
                text = _("Not known here, you type it: {fields}").format(fields=fields)
                lines += wrapped([(text, styles.warn)], width)
        self._shown.show(lines)
