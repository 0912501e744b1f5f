"""The help: every key of the focused panel first, then all the others; written by the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.actions import ACTIONS, Action, Group, Panel
from tui.desk import Desk
from tui.i18n import _, msgid
from tui.theme import BOLD, PLAIN, Palette
from tui.widgets.key_line import key_name
from tui.widgets.paint import Line, content, one_line, padded, palette_of, width_of, wrapped
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

KeysOf = Callable[[Action], Sequence[str]]

_LABEL = 16
_NARROWEST = 24
"""Cells a sentence needs to be read beside its key; with fewer it goes below."""
_SIGNS = (
    ("▲ · ▼ ○", msgid("positive, neutral, negative, no scorer for this language")),
    ("❯ ✓", msgid("where the keys go; a marked row")),
    ("● ↻ ◔ ✗", msgid("a source that is well, catching up, held back, in trouble")),
)
_PANELS = {
    Panel.QUEUE: msgid("Conversations"),
    Panel.ALERTS: msgid("Alerts"),
    Panel.SENTIMENT: msgid("Sentiment"),
    Panel.STREAM: msgid("Mentions"),
    Panel.SOURCES: msgid("Sources"),
    Panel.THREAD: msgid("Thread"),
    Panel.REPORT: msgid("Response times"),
}
_GROUPS = {
    Group.TRIAGE: msgid("Answer and triage"),
    Group.MOVE: msgid("Move"),
    Group.MARK: msgid("Mark rows"),
    Group.LOOK: msgid("Find and look"),
    Group.PANELS: msgid("Panels"),
    Group.HUBBUB: msgid("hubbub"),
}


def panel_name(panel: Panel) -> str:
    """Return what a panel is called."""
    return _(_PANELS[panel])


def group_name(group: Group) -> str:
    """Return the heading of a group of actions."""
    return _(_GROUPS[group])


def help_lines(
    panel: Panel | None,
    keys_of: KeysOf,
    width: int,
    styles: Palette,
    own: Sequence[tuple[str, str]] = (),
) -> list[Line]:
    """Return the help: what the focused panel can do by group, then what other panels can.

    ``own`` are the keys of the user's own and what they do.
    """
    here = [action for action in ACTIONS if action.applies_in(panel) and keys_of(action)]
    elsewhere = [action for action in ACTIONS if action not in here and keys_of(action)]
    column = max((width_of(_keys(action, keys_of, styles)) for action in ACTIONS), default=0) + 2
    lines: list[Line] = []
    for group in Group:
        actions = [action for action in here if action.group is group]
        if actions:
            lines += _heading(group_name(group), styles)
            for action in actions:
                lines += _action(action, panel, keys_of, column, width, styles)
    if own:
        lines += _heading(_("Your own keys"), styles)
        for key, does in own:
            head = _filled([(key_name(key), styles.key)], column)
            lines += _hanging(head, [(one_line(does), styles.ink)], width)
    if elsewhere:
        lines += _heading(_("In other panels"), styles)
        for action in elsewhere:
            lines += _action(action, None, keys_of, column, width, styles)
    lines += _heading(_("Signs"), styles)
    for signs, meaning in _SIGNS:
        head = _filled([(signs, styles.key)], column)
        lines += _hanging(head, [(_(meaning), styles.ink)], width)
    without = [action for action in ACTIONS if not keys_of(action)]
    if without:
        named = ", ".join(_(action.label) for action in without)
        lines += [
            [],
            *wrapped(
                [(_("By the palette alone: {names}").format(names=named), styles.faint)], width
            ),
        ]
    return lines[1:]


def own_help(
    own: Sequence[Action],
    shared: Sequence[Action],
    keys_of: KeysOf,
    width: int,
    styles: Palette,
) -> list[Line]:
    """Return the help of a screen with keys of its own: those first, then what it shares."""
    told = [*own, *shared]
    column = max((width_of(_keys(action, keys_of, styles)) for action in told), default=0) + 2
    lines: list[Line] = _heading(_("Here"), styles)
    for action in own:
        head = _filled(_keys(action, keys_of, styles), column)
        lines += _hanging(head, [(_(action.label), styles.strong)], width)
    for group in Group:
        actions = [action for action in shared if action.group is group]
        if actions:
            lines += _heading(group_name(group), styles)
            for action in actions:
                lines += _action(action, None, keys_of, column, width, styles)
    return lines[1:]


def _heading(text: str, styles: Palette) -> list[Line]:
    return [[], [(text, styles.accent + BOLD)]]


def _keys(action: Action, keys_of: KeysOf, styles: Palette) -> Line:
    names = [key_name(key) for key in keys_of(action)[:3]]
    return [(" ".join(names), styles.key)]


def _action(
    action: Action,
    panel: Panel | None,
    keys_of: KeysOf,
    column: int,
    width: int,
    styles: Palette,
) -> list[Line]:
    label = padded(_(action.label_in(panel)), _LABEL) + " "
    head: Line = [*_filled(_keys(action, keys_of, styles), column), (label, styles.strong)]
    return _hanging(head, [(_(action.help_in(panel)), styles.ink)], width)


def _filled(line: Line, width: int) -> Line:
    return [*line, (" " * (width - width_of(line)), PLAIN)]


def _hanging(head: Line, words: Line, width: int) -> list[Line]:
    """Return a head and words beside it, wrapped under themselves."""
    column = width_of(head)
    room = width - column
    if room < _NARROWEST:
        return [head, *([(" " * 4, PLAIN), *line] for line in wrapped(words, width - 4))]
    return [
        [*(head if at == 0 else [(" " * column, PLAIN)]), *line]
        for at, line in enumerate(wrapped(words, room))
    ]


class HelpScreen(ModalScreen[None]):
    """The keys of a panel, in a box; any way out leads back.

    ``own`` are those of a screen with keys of its own, ``shared`` what it has in common with all.
    """

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        Binding("escape,q,question_mark,f1,h,left,enter", "dismiss(None)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space,ctrl+f", "scroll(12)", show=False),
        Binding("pageup,ctrl+b", "scroll(-12)", show=False),
        Binding("home,g", "scroll(-10000)", show=False),
        Binding("end,G", "scroll(10000)", show=False),
    ]
    DEFAULT_CSS = "HelpScreen #box.wide { width: 100; height: 90%; }"

    def __init__(
        self,
        desk: Desk,
        panel: Panel | None,
        own: Sequence[Action] = (),
        shared: Sequence[Action] = (),
    ) -> None:
        super().__init__()
        self._desk = desk
        self._panel = panel
        self._own = own
        self._shared = shared
        self.lines = ThreadMessages()
        self._shown = False

    def compose(self) -> ComposeResult:
        """Lay the keys in a box."""
        with Vertical(id="box", classes="wide"):
            yield self.lines

    def on_mount(self) -> None:
        """Show the keys."""
        styles = palette_of(self)
        box = self.query_one("#box")
        name = panel_name(self._panel) if self._panel is not None else _("hubbub")
        title = _("Keys of this screen") if self._own else _("Keys: {panel}").format(panel=name)
        box.border_title = content([(f" {title} ", styles.strong)])
        box.border_subtitle = content([(" " + _("esc leaves") + " ", styles.faint)])
        self.lines.focus()
        self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        width = self.lines.view.width
        if width >= 2:
            keys_of, styles = self._desk.keys_of, palette_of(self)
            made = (
                own_help(self._own, self._shared, keys_of, width, styles)
                if self._own
                else help_lines(self._panel, keys_of, width, styles, self._desk.own.listed)
            )
            self.lines.show(Laid(made), again=self._shown)
            self._shown = True

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.lines.scroll_lines(lines)
