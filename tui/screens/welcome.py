"""The first screen of all: a brand's name is enough to begin. It writes nothing before Enter.

It is an application of its own, shown before there is a store: whoever leaves here leaves nothing
behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Input

from listeners.config import ConfigError
from listeners.networks.contract import Capability
from tui.first_run import FirstBrand, FirstRunError, Start, Wait, read_brand, starts, write
from tui.i18n import _, msgid, ngettext, say
from tui.sources import short_title
from tui.terminal.guard import GuardedApp
from tui.theme import DARK, THEMES, Palette
from tui.widgets.paint import Line, Piece, palette_of, wrapped
from tui.widgets.thread import ThreadHead
from tui.widgets.too_small import TooSmall

_WAVE = "▁▂▄▆█▇▅▃▂▁▂▅▇▄▂▁"
_APART = "   "
_ROOMY = 30
"""Lines from which the questions stand apart."""
_WORDY = 20
"""Lines from which there is room to say what hubbub is."""
_FRAME = 2

_WAITING = {
    Wait.WISH: msgid("without a key, when you want them:"),
    Wait.PLACE: msgid("with an address or a file of yours:"),
    Wait.KEY: msgid("with a key:"),
}


@dataclass(frozen=True, slots=True)
class Started:
    """The configuration is written: listening can begin."""

    path: Path


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The person wants to see the demonstration first."""


Answer = Started | Demonstration | None


@dataclass(frozen=True, slots=True)
class Hint:
    """A key, what it does in a word, and the action of the screen it runs."""

    key: str
    label: str
    action: str


class Field(Horizontal):
    """A question and the field for its answer."""

    DEFAULT_CSS = """
    Field { height: 1; margin-bottom: 1; }
    Field ThreadHead { width: 20; }
    Field Input { width: 1fr; }
    """

    def __init__(self, field_id: str, hint: str) -> None:
        super().__init__(id=f"{field_id}-field")
        self.question = ThreadHead()
        self.field = Input(placeholder=hint, id=field_id, select_on_focus=False)

    def compose(self) -> ComposeResult:
        """Lay the question before the field."""
        yield self.question
        yield self.field


class Hints(ThreadHead):
    """The keys that hold now; a click on one presses it."""

    def __init__(self) -> None:
        super().__init__()
        self._hints: Sequence[Hint] = ()

    def offer(self, hints: Sequence[Hint], styles: Palette) -> None:
        """Show these keys on one line."""
        self._hints = hints
        line: Line = []
        for hint in hints:
            line += [(hint.key, styles.key), (f" {hint.label}", styles.faint), (_APART, styles.ink)]
        self.show([line])

    async def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        end = 0
        for hint in self._hints:
            start, end = end, end + len(hint.key) + 1 + len(hint.label) + len(_APART)
            if start <= event.x < end:
                await self.screen.run_action(hint.action)


class WelcomeScreen(Screen[Answer]):
    """Asks for the brand, shows what would start, and starts it."""

    AUTO_FOCUS = ""
    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("f5", "demonstration", show=False),
        Binding("escape", "leave", show=False),
        Binding("ctrl+q,ctrl+c", "quit", show=False, priority=True),
        Binding("enter", "begin", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen #welcome {
        width: 78; max-width: 100%; height: auto; max-height: 100%; padding: 0 2;
        border: round $hub-line; background: $hub-ground;
    }
    WelcomeScreen ThreadHead { width: 1fr; }
    WelcomeScreen #preview { height: auto; scrollbar-size-vertical: 1; }
    WelcomeScreen.-short Field { margin-bottom: 0; }
    WelcomeScreen.-short #website-field { margin-bottom: 1; }
    WelcomeScreen TooSmall { display: none; width: 1fr; height: 1fr; }
    WelcomeScreen.-tiny #welcome, WelcomeScreen.-flat #welcome { display: none; }
    WelcomeScreen.-tiny TooSmall, WelcomeScreen.-flat TooSmall { display: block; }
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._offered: Sequence[Capability] = ()
        self._fault = ""
        self._eager = False
        self.head = ThreadHead()
        self.name_field = Field("name", _("as people write it"))
        self.handles = Field("handles", _("bluesky: @name.example, mastodon: @name@server"))
        self.website = Field("website", _("example.org"))
        self.preview = ThreadHead()
        self.box = VerticalScroll(id="preview", can_focus=False)
        self.foot = ThreadHead()
        self.hints = Hints()

    def compose(self) -> ComposeResult:
        """Lay the questions above what would start."""
        with Vertical(id="welcome"):
            yield self.head
            yield self.name_field
            yield self.handles
            yield self.website
            with self.box:
                yield self.preview
            yield self.foot
            yield self.hints
        yield TooSmall()

    async def on_mount(self) -> None:
        """Show the questions, then what the networks can do as soon as that is known."""
        self._draw()
        self.run_worker(self._meet_networks(), group="networks", exit_on_error=False)

    async def _meet_networks(self) -> None:
        from listeners.networks import registry

        self._offered = await asyncio.to_thread(registry.capabilities)
        self._draw()
        if self._eager:
            self.action_start()

    # --- what is typed -----------------------------------------------------------------------

    @property
    def _networks(self) -> list[str]:
        return [one.network for one in self._offered if not one.by_hand]

    def _read(self) -> FirstBrand:
        return read_brand(
            self.name_field.field.value,
            self.handles.field.value,
            self.website.field.value,
            self._networks,
        )

    def on_key(self, event: events.Key) -> None:
        """Outside the fields: d plays the demonstration, q leaves, any other letter is typed."""
        if not event.is_printable or event.character is None:
            return
        event.stop()
        # A field keeps the letters it is given: one that comes here while a field has the focus
        # was typed before the focus moved, and must not be lost.
        late = self.focused if isinstance(self.focused, Input) else None
        field = late or self.name_field.field
        if late is None and not field.value and event.character == "d":
            self.action_demonstration()
        elif late is None and not field.value and event.character == "q":
            self.action_quit()
        else:
            field.value += event.character
            field.cursor_position = len(field.value)
            self.set_focus(field)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._fault = ""
        self._draw()

    def on_descendant_focus(self) -> None:
        """Show the keys that hold inside a field."""
        self._draw()

    def on_descendant_blur(self) -> None:
        """Show the keys that hold outside the fields."""
        self.call_after_refresh(self._draw)

    # --- keys --------------------------------------------------------------------------------

    def action_begin(self) -> None:
        """Go to the first field."""
        self.name_field.field.focus()

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Write the configuration and begin; or say what is missing."""
        if not self._offered:
            # Enter came before the networks were known: it holds as soon as they are.
            self._eager = True
            return
        try:
            brand = self._read()
            write(self._path, brand, self._offered)
        except FirstRunError as error:
            self._refuse(say(error.sentence))
            return
        except ConfigError as error:
            self._refuse(say(error.sentence))
            return
        self.dismiss(Started(self._path))

    def _refuse(self, fault: str) -> None:
        self._fault = fault
        if not self.name_field.field.value:
            self.name_field.field.focus()
        self._draw()

    def action_demonstration(self) -> None:
        """Play the demonstration."""
        self.dismiss(Demonstration())

    def action_leave(self) -> None:
        """Leave the field, or from outside the fields, hubbub."""
        if self.focused is not None:
            self.set_focus(None)
        else:
            self.action_quit()

    def action_quit(self) -> None:
        """Leave; nothing was written."""
        self.dismiss(None)

    # --- drawing -----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Wrap and measure anew."""
        self._draw()

    def _draw(self) -> None:
        styles = palette_of(self)
        width = max(20, min(72, self.app.size.width - 6))
        head = _head(width, styles, brief=self.app.size.height < _WORDY)
        foot = self._foot(width, styles)
        self.head.show(head)
        for field, question in (
            (self.name_field, _("Your brand")),
            (self.handles, _("Its accounts")),
            (self.website, _("Its website")),
        ):
            focused = self.focused is field.field
            mark = "❯ " if focused else "  "
            style = styles.strong if focused or field is self.name_field else styles.faint
            field.question.show([[(mark, styles.key), (question, style)]])
        # Where the networks scroll, the bar takes its cells from their lines.
        self.preview.show(self._preview(width - 2, styles))
        self.foot.show(foot)
        # The networks scroll where there is no room; the questions and the keys always stay.
        short = self.app.size.height < _ROOMY
        taken = _FRAME + len(head) + (4 if short else 6) + len(foot) + 1
        self.box.styles.max_height = max(2, self.app.size.height - taken)
        self.hints.offer(self._hints(), styles)

    def _preview(self, width: int, styles: Palette) -> list[Line]:
        if not self._offered:
            return [[(_("Looking at what the networks offer …"), styles.faint)]]
        try:
            brand = self._read()
        except FirstRunError:
            # While typing, half an answer is no fault: what can be read already is shown.
            brand = FirstBrand(self.name_field.field.value)
        return preview_lines(starts(brand, self._offered), width, styles)

    def _foot(self, width: int, styles: Palette) -> list[Line]:
        lines: list[Line] = [[]]
        if self._fault:
            lines += [
                [("✗ ", styles.negative), *line]
                for line in wrapped([(self._fault, styles.negative)], width - 2)
            ]
        else:
            note = _("Nothing is written before Enter; then {path}.").format(path=self._path)
            lines += wrapped([(note, styles.faint)], width)
        return lines

    def _hints(self) -> Sequence[Hint]:
        if self.focused is None:
            return (
                Hint("enter", _("begin"), "begin"),
                Hint("d", _("demonstration"), "demonstration"),
                Hint("q", _("leave"), "quit"),
            )
        return (
            Hint("enter", _("start"), "start"),
            Hint("tab", _("next"), "app.focus_next"),
            Hint("F5", _("demonstration"), "demonstration"),
            Hint("esc", _("out"), "leave"),
        )


def _head(width: int, styles: Palette, *, brief: bool) -> list[Line]:
    """Return the name and what it is for; on few lines the name alone."""
    wave: Line = [
        (bar, styles.positive if at < len(_WAVE) // 2 else styles.negative)
        for at, bar in enumerate(_WAVE)
    ]
    name: Line = [*wave, ("  hubbub", styles.strong)]
    if brief:
        return [name, []]
    lines: list[Line] = [[], name, []]
    text = _("Hear what is said about you, answer who should be answered, see trouble early.")
    lines += wrapped([(text, styles.ink)], width)
    lines += wrapped([(_("A name is enough to begin."), styles.faint)], width)
    return [*lines, []]


def preview_lines(found: Sequence[Start], width: int, styles: Palette) -> list[Line]:
    """Return which networks start at once, and the others by what they wait for."""
    ready = sum(1 for start in found if start.at_once)
    title = ngettext(
        "{count} network starts at once", "{count} networks start at once", ready
    ).format(count=ready)
    lines: list[Line] = [[(title, styles.faint)]]
    at_once = [start for start in found if start.at_once]
    if at_once:
        lines += _hanging(("✓ ", styles.ours), [(_titles(at_once), styles.ink)], width)
    for wait, heading in _WAITING.items():
        some = [start for start in found if not start.at_once and start.waits is wait]
        if some:
            named: Line = [(f"{_(heading)} ", styles.faint), (_titles(some), styles.faint)]
            lines += _hanging(("· ", styles.ghost), named, width)
    if len(at_once) < len(found):
        told = _("The source screen says what each of them needs.")
        lines += _hanging(("  ", styles.ghost), [(told, styles.faint)], width)
    return lines


def _titles(some: Sequence[Start]) -> str:
    return ", ".join(short_title(start.capability) for start in some)


def _hanging(mark: Piece, line: Line, width: int) -> list[Line]:
    """Return a line wrapped under itself behind its mark."""
    return [
        [mark if at == 0 else ("  ", mark[1]), *part]
        for at, part in enumerate(wrapped(line, width - 2))
    ]


class WelcomeApp(GuardedApp[Answer]):
    """Shows the welcome screen and ends with its answer."""

    CSS_PATH = "../styles/hubbub.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-short"), (_ROOMY, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, path: Path, theme: str = DARK) -> None:
        super().__init__()
        self._path = path
        self.animation_level = "none"
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def on_mount(self) -> None:
        """Ask."""
        self.push_screen(WelcomeScreen(self._path), self._answered)

    def _answered(self, answer: Answer) -> None:
        self.exit(answer)
