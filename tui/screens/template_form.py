"""Writing one template: its name, what it is for, and its words."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from listeners.model import SafeText
from listeners.store.templates import LONGEST_NAME, Template
from listeners.text import clean, clean_line, fold
from tui.desk import Desk
from tui.i18n import _
from tui.tongues import tongue, tongues
from tui.widgets.paint import content, palette_of
from tui.widgets.raised import DialogLines
from tui.widgets.reply_box import ReplyBox


class TemplateForm(ModalScreen[Template | None]):
    """Gives the template as it was written, ``None`` if nothing is to be kept."""

    DEFAULT_CSS = """
    TemplateForm Horizontal { height: 1; }
    TemplateForm Static { width: 10; color: $hub-faint; }
    TemplateForm Input { width: 1fr; }
    TemplateForm #words { height: 1fr; }
    """
    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape", "dismiss(None)", show=False),
        Binding("ctrl+s,ctrl+enter", "keep", show=False),
        Binding("tab,down", "app.focus_next", show=False),
        Binding("shift+tab,up", "app.focus_previous", show=False),
    ]

    def __init__(self, desk: Desk, template: Template) -> None:
        super().__init__()
        self._desk = desk
        self._template = template
        self.name_field = Input(
            value=template.name,
            placeholder=_("a name"),
            max_length=LONGEST_NAME,
            select_on_focus=False,
            id="name",
        )
        self.lang_field = Input(
            value=tongue(template.lang) if template.lang else "",
            placeholder=_("a language; empty: any"),
            select_on_focus=False,
            id="lang",
        )
        self.brand_field = Input(
            value=template.brand,
            placeholder=_("a brand; empty: every one"),
            select_on_focus=False,
            id="brand",
        )
        self.words = ReplyBox(id="words")
        self.words.add_class("pane")
        self._hint = DialogLines()

    def compose(self) -> ComposeResult:
        """Lay the fields above the words."""
        labels = (_("Name"), _("Language"), _("Brand"))
        fields = (self.name_field, self.lang_field, self.brand_field)
        with Vertical(id="box", classes="wide"):
            for label, field in zip(labels, fields, strict=True):
                with Horizontal():
                    yield Static(Content(label))
                    yield field
            yield self.words
            yield self._hint

    def on_mount(self) -> None:
        """Fill the words in and take the focus to the first field."""
        styles = palette_of(self)
        box = self.query_one("#box")
        title = _("Change a template") if self._template.id else _("A new template")
        box.border_title = content([(f" {title} ", styles.strong)])
        self._say(_("tab goes on · ^s keeps it · esc leaves"))
        hint = _("{fields} are filled in when a reply begins with it.")
        self._hint.show([[(hint.format(fields="{name} {brand} {order}"), styles.faint)]])
        self.words.text = clean(self._template.text)
        self.words.move_cursor(self.words.document.end)
        self.name_field.focus()

    def _say(self, text: str, *, refused: bool = False) -> None:
        styles = palette_of(self)
        colour = styles.negative if refused else styles.faint
        self.query_one("#box").border_subtitle = content([(f" {text} ", colour)])

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    def action_keep(self) -> None:
        """Keep it, or say what is missing."""
        name, text = clean_line(self.name_field.value), clean(self.words.text).strip()
        lang, brand = self._lang(), self._brand()
        if not name or not text:
            self._say(_("It needs a name and words."), refused=True)
        elif lang is None:
            self._say(_("There is no such language here."), refused=True)
        elif brand is None:
            self._say(_("There is no such brand here."), refused=True)
        else:
            made = replace(self._template, name=name, lang=lang, brand=brand, text=SafeText(text))
            self.dismiss(made)

    def _lang(self) -> str | None:
        """Return the code of the language typed, by name or code; ``None`` if it is not known."""
        typed = fold(self.lang_field.value.strip())
        if not typed:
            return ""
        known = tongues([self._template.lang])
        return next((code for code in known if typed in (code, fold(tongue(code)))), None)

    def _brand(self) -> str | None:
        """Return the brand typed as the configuration writes it, ``None`` if there is none."""
        typed = fold(self.brand_field.value.strip())
        if not typed:
            return ""
        names = (brand.name for brand in self._desk.config.brands if not brand.competitor)
        return next((name for name in names if fold(name) == typed), None)
