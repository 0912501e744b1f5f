"""What every working screen shares: the keys of the registry, the two lines, and looking again.

Keys are bound on the screen, never on the application with priority, so that typing in a field
never triggers a verb. A key runs ``do_<action>`` of the screen; where there is none, the screen
says why the key does nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from listeners.rows import SourceRow
from tui.actions import ACTIONS, BY_ID, Action, Panel, footer_actions, meant
from tui.desk import Desk
from tui.feed import Changed
from tui.i18n import _, clock_time, ngettext, say
from tui.reminding import news_of, reminder_words
from tui.screens.going import Going
from tui.widgets.key_line import KeyLine, Said
from tui.widgets.status import StatusBar, Top

if TYPE_CHECKING:
    from tui.app import Hubbub
    from tui.widgets.choices import Choice

Result = TypeVar("Result")


def bindings(actions: Iterable[Action] = ACTIONS) -> list[BindingType]:
    """Return the bindings of actions, each under its id so that a person may give it other keys."""
    return [
        Binding(",".join(action.keys), f"hub('{action.id}')", action.label, False, id=action.id)
        for action in actions
        if action.keys
    ]


class HubScreen(Going[Result]):
    """A screen with the line at the top and the keys at the bottom."""

    BINDINGS = bindings()
    AUTO_FOCUS = ""
    WITHOUT: ClassVar[frozenset[str]] = frozenset()
    """Actions that mean something in the panel but not on this screen."""
    DOING: ClassVar[str] = "reading"
    """What the team sees a person do here, where the screen is about a conversation."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        # Once: the application's keymap is applied anew at every key, which takes 10 ms.
        self._bindings.apply_keymap(desk.keymap)
        self.desk = desk
        self.status = StatusBar()
        self.keys = KeyLine(desk.keys_of)
        self._looking = False
        self._again = False
        self._looked = False

    @property
    def hub(self) -> Hubbub:
        """The application."""
        return cast("Hubbub", self.app)

    @property
    def panel(self) -> Panel | None:
        """The panel whose keys hold now."""
        return None

    @property
    def conversation(self) -> int | None:
        """The conversation this screen is about, which the team sees; ``None`` for a list."""
        return None

    # --- keys --------------------------------------------------------------------------------

    def action_hub(self, action_id: str) -> None:
        """Run an action of the registry, or say why it does nothing here."""
        self.desk.session.acted(self.desk.clock())
        action = meant(BY_ID[action_id], self.panel, self.desk.keys_of)
        method = self.method_of(action)
        refusal = self.desk.refusal if action.writes and method is not None else ""
        if refusal:
            self.refuse(refusal)
        elif method is None:
            self.refuse(
                _("{action}: nothing to do here. {key} lists what is.").format(
                    action=_(action.label_in(self.panel)), key=self.desk.key_of("help")
                )
            )
        else:
            method()

    def method_of(self, action: Action) -> Callable[[], None] | None:
        """Return what an action does on this screen, ``None`` if it does nothing here."""
        if action.id in self.WITHOUT or not action.applies_in(self.panel):
            return None
        return getattr(self, "do_" + action.id.replace(".", "_"), None)

    def on_mouse_down(self) -> None:
        """A hand on the mouse acts too."""
        self.desk.session.acted(self.desk.clock())

    @on(KeyLine.Pressed)
    def _key_clicked(self, event: KeyLine.Pressed) -> None:
        self.action_hub(event.action)

    def show_keys(self) -> None:
        """Show the keys of the focused panel."""
        panel = self.panel
        self.keys.show_keys(
            [
                (action, _(action.label_in(panel)))
                for action in footer_actions(panel)
                if self.method_of(action) is not None
            ]
        )

    # --- saying ------------------------------------------------------------------------------

    def tell(self, text: str, *, undo: bool = False) -> None:
        """Say what was done in the bottom line."""
        self.keys.say(Said(text, undo=self.desk.key_of("undo") if undo else ""))

    def refuse(self, text: str) -> None:
        """Say in the bottom line why nothing was done."""
        self.keys.say(Said(text, refused=True))

    async def read_top(self) -> tuple[Top, Sequence[SourceRow]]:
        """Read the figures of the line at the top and show them; return them and the sources."""
        top, places = await self.desk.top()
        self.show_top(top)
        if top.hook and top.hook != self.desk.fault:
            self.refuse(top.hook)
        self.desk.fault = top.hook
        for one in news_of(top.reminders, self.desk.reminded):
            words = reminder_words(one, self.desk.clock())
            self.tell(words)
            self.hub.call_person(_("hubbub: reminder"), words)
        return top, places

    def show_top(self, top: Top) -> None:
        """Show the line at the top, with what is true of this moment."""
        desk, trouble = self.desk, self.desk.store.trouble
        self.status.show(
            top._replace(
                paused=desk.session.paused,
                clock=clock_time(desk.clock()),
                trouble=say(trouble.sentence) if trouble is not None else "",
            )
        )

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read what this screen shows and show it; called in a worker."""

    def look_again(self) -> None:
        """Read and show anew, at once, or as soon as the look under way has ended."""
        if self._looking:
            self._again = True
            return
        self._looking = True
        self.hub.work(self._look(), "look")

    async def _look(self) -> None:
        try:
            if self._looked:
                await self.look()
            else:
                # Painted once when all is read, instead of pane after pane.
                self._looked = True
                with self.app.batch_update():
                    await self.look()
                # The end of a batch wakes the application alone; the layout is the screen's.
                self.check_idle()
        finally:
            self._looking = False
        if self._again:
            self._again = False
            self.look_again()

    @on(Changed)
    def _store_changed(self) -> None:
        if not self.desk.session.paused:
            self.look_again()

    def on_screen_resume(self) -> None:
        """Show what happened while another screen was in front."""
        self.desk.presence(self.conversation, self.DOING)
        self.show_keys()
        self.look_again()

    # --- what works everywhere ---------------------------------------------------------------

    def do_help(self) -> None:
        """Show the keys of the focused panel."""
        self.hub.open_help(self.panel)

    def do_palette(self) -> None:
        """Find an action by its name."""
        from tui.screens.palette import open_palette

        open_palette(cast("HubScreen[object]", self))

    def do_theme(self) -> None:
        """Go to the next colours."""
        self.tell(self.hub.next_theme())

    def do_quit(self) -> None:
        """Go one level up; the dashboard leaves hubbub."""
        self.dismiss()

    def do_quit_now(self) -> None:
        """Leave from anywhere."""
        self.app.exit()

    def do_back(self) -> None:
        """Go one level up."""
        self.dismiss()

    def do_refresh(self) -> None:
        """Ask every source to look now, and draw everything anew."""
        engine = self.desk.engine
        count = engine.wake() if engine is not None else 0
        if count:
            text = ngettext(
                "Asked {count} source to look now.", "Asked {count} sources to look now.", count
            )
            self.tell(text.format(count=count))
        elif self.desk.demo:
            self.tell(_("The demonstration plays by itself: no source is asked."))
        else:
            self.tell(_("Drawn anew. No source could be asked: hubbub does not listen here."))
        self.look_again()

    def do_more(self) -> None:
        """Choose among the screens that have no key of their own."""
        from tui.screens.more import MoreScreen

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self.action_hub(str(choice.value))

        self.app.push_screen(MoreScreen(), chosen)

    def do_search(self) -> None:
        """Search everything heard."""
        self.hub.open_search()

    def do_panel_sources(self) -> None:
        """Show where hubbub listens."""
        self.hub.open_sources()

    def do_report(self) -> None:
        """Show how fast we answer."""
        from tui.screens.responses import ResponsesScreen

        if not isinstance(self, ResponsesScreen):
            self.app.push_screen(ResponsesScreen(self.desk))

    def do_templates(self) -> None:
        """Show the texts replies begin with."""
        from tui.screens.templates import TemplatesScreen

        if not isinstance(self, TemplatesScreen):
            self.app.push_screen(TemplatesScreen(self.desk))

    def do_outbox(self) -> None:
        """Show what was sent from here."""
        from tui.screens.outbox import OutboxScreen

        if not isinstance(self, OutboxScreen):
            self.app.push_screen(OutboxScreen(self.desk))

    def do_rules(self) -> None:
        """Show what hubbub does by itself."""
        from tui.screens.rules import RulesScreen

        if not isinstance(self, RulesScreen):
            self.app.push_screen(RulesScreen(self.desk))

    def do_alert_rules(self) -> None:
        """Show at what detectors fire, and what a budget for false alarms costs."""
        from tui.screens.alert_rules import AlertRulesScreen

        self.app.push_screen(AlertRulesScreen(self.desk))

    def do_keywords(self) -> None:
        """Show what each word of a brand brings."""
        from tui.screens.keyword_health import KeywordHealthScreen

        self.app.push_screen(KeywordHealthScreen(self.desk))

    def do_rehearse(self) -> None:
        """Try edited rules on what is stored."""
        from tui.screens.rehearsal import RehearsalScreen

        self.app.push_screen(RehearsalScreen(self.desk))

    def do_team(self) -> None:
        """Show who is here, who has what, and who is away."""
        from tui.screens.team import TeamScreen

        if not isinstance(self, TeamScreen):
            self.app.push_screen(TeamScreen(self.desk))

    def do_taught(self) -> None:
        """Show the words taught for a brand, and what was learnt from corrections."""
        from tui.screens.teaching import TeachingScreen

        if not isinstance(self, TeachingScreen):
            self.app.push_screen(TeachingScreen(self.desk))

    def do_sources_add(self) -> None:
        """Find sources by an address, a name or a handle, and add them."""
        self.hub.open_adding()

    def do_source_add(self) -> None:
        """Find sources and add them, from where they stand."""
        self.hub.open_adding()

    def do_maintenance(self) -> None:
        """Show the known events during which alerts do not ring."""
        from tui.screens.maintenance import ask_maintenance

        ask_maintenance(self)

    def do_away(self) -> None:
        """Leave for a while, or come back."""
        from tui.screens.leaving import toggle_away

        self.later(partial(toggle_away, self))

    def do_log(self) -> None:
        """Show everything that was done."""
        from tui.screens.log import LogScreen

        self.app.push_screen(LogScreen(self.desk))

    def do_pause(self) -> None:
        """Stop following the store, or follow it again."""
        session = self.desk.session
        session.paused = not session.paused
        self.tell(_("Paused; listening goes on.") if session.paused else _("Following again."))
        self.look_again()

    def later(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run something that reads or writes without holding up the keys."""
        self.hub.work(work(), "act")

    def redraw(self, widgets: Iterable[Widget]) -> None:
        """Draw widgets anew in another theme or language."""
        for widget in widgets:
            redraw = getattr(widget, "redraw", widget.refresh)
            redraw()
        self.look_again()
