"""The application: its screens, colours and life. What is on a screen is the screen's affair.

Every screen but the dashboard is loaded when it is first opened: the first paint waits for none.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from listeners.clock import Clock, utc_now
from listeners.config import Config
from listeners.store import Store, StoreError
from tui.actions import ACTIONS, Panel
from tui.desk import Desk, ListeningEngine
from tui.feed import Changed, Feed
from tui.here import here_of
from tui.i18n import _, ngettext, say
from tui.keymap import user_keys
from tui.own_keys import own_keys
from tui.screens.base import HubScreen
from tui.screens.dashboard import Dashboard
from tui.terminal.guard import GuardedApp
from tui.theme import CONFIGURED, DARK, THEMES
from tui.widgets.paint import use_plain_emoji

if TYPE_CHECKING:
    from listeners.store.filters import StreamFilter

WARM_AFTER = 0.5
"""Seconds after the first paint until the rest of the program is loaded."""

_log = logging.getLogger(__name__)


class Hubbub(GuardedApp[int]):
    """hubbub on a screen. Opened around it: the store, and the engine if this process listens."""

    CSS_PATH = "styles/hubbub.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-tiny"),
        (60, "-narrow"),
        (100, "-medium"),
        (120, "-wide"),
        (180, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-flat"),
        (16, "-short"),
        (30, "-tall"),
        (50, "-high"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        store: Store,
        config: Config,
        engine: ListeningEngine | None = None,
        *,
        clock: Clock = utc_now,
        demo: bool = False,
    ) -> None:
        """Keep what the screens work with.

        Raises:
            KeymapError: the keys of the configuration cannot be used.
        """
        super().__init__()
        self.animation_level = "none"
        brands = tuple(brand.name for brand in config.brands if not brand.competitor)
        self.desk = Desk(store, config, engine, clock, demo, keys=user_keys(config.keys))
        self.desk.session.brands = brands
        self.desk.here = here_of(self.desk)
        self.desk.session.brand = brands[0] if len(brands) == 1 else ""
        use_plain_emoji(config.emoji == "plain")
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = CONFIGURED.get(config.theme, DARK)
        self.desk.keymap = _keymap(self.desk.keys)
        self.desk.own = own_keys(config)
        for key, _label in self.desk.own.listed:
            self.bind(key, f"own('{key}')", show=False)

    def get_default_screen(self) -> HubScreen[None]:
        """Start on the dashboard."""
        return Dashboard(self.desk)

    def on_mount(self) -> None:
        """Begin to follow the store once the first screen stands."""
        self.work(Feed(self.desk.store, self.post_message).run(), "feed")
        if self.desk.here is not None:
            self.work(self.desk.here.run(), "feed")
        if self.desk.website:
            self.call_after_refresh(self.open_adding, self.desk.website)
        self.set_timer(WARM_AFTER, self._warm)

    async def on_unmount(self) -> None:
        """Let what is being sent arrive before the store closes."""
        await self.desk.close()

    def _warm(self) -> None:
        """Load what the first keys need while nothing else is to be done."""
        self.run_worker(_load_the_rest, group="warm", thread=True, exit_on_error=False)
        self.work(self._say_uncertain(), "start")

    async def _say_uncertain(self) -> None:
        """Say once that of some replies it is not known whether they are there."""
        count = await self.desk.uncertain()
        if count and isinstance(self.screen, HubScreen):
            text = ngettext(
                "{count} reply is uncertain: “Replies sent” ({key}) settles it.",
                "{count} replies are uncertain: “Replies sent” ({key}) settles them.",
                count,
            )
            self.screen.refuse(text.format(count=count, key=self.desk.key_of("palette")))

    def on_changed(self) -> None:
        """Pass the news to the screen in front."""
        if isinstance(self.screen, HubScreen):
            self.screen.post_message(Changed())

    # --- work beside the keys ----------------------------------------------------------------

    def work(self, work: Coroutine[Any, Any, None], group: str, *, exclusive: bool = False) -> None:
        """Run something beside the keys; a fault in it is said and logged, and ends nothing."""
        self.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say a worker's fault in the bottom line and write it to the log: never silence."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        _log.error("the %s of the screen failed", event.worker.group, exc_info=error)
        self.say_fault(error)

    def say_fault(self, error: BaseException) -> None:
        """Say in the bottom line that something failed; the log has the details."""
        if isinstance(self.screen, HubScreen):
            self.screen.refuse(
                say(error.sentence)
                if isinstance(error, StoreError)
                else _("Something failed here; nothing stored is lost. The log has the details.")
            )

    def action_own(self, key: str) -> None:
        """Run a macro or a command of the user's own, on the screen in front."""
        from tui.macros import run_own

        run_own(self.screen, key)

    def action_help_quit(self) -> None:
        """Say how to leave to whoever presses Ctrl+C, which copies."""
        if isinstance(self.screen, HubScreen):
            self.screen.tell(_("{key} leaves hubbub.").format(key=self.desk.key_of("quit.now")))

    # --- what the screens ask for ------------------------------------------------------------

    def next_theme(self) -> str:
        """Go to the next colours and return what to say about them."""
        names = [theme.name for theme in THEMES]
        place = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(place + 1) % len(names)]
        return _("Colours: {name}").format(name=self.theme)

    def watch_theme(self, _theme: str) -> None:
        """Draw everything anew in the new colours."""
        for screen in self.screen_stack:
            if isinstance(screen, HubScreen):
                screen.redraw(screen.query("*"))

    def open_subject(self, panel: Panel, subject: int) -> None:
        """Show a conversation, an alert or a mention on the whole screen."""
        from tui.screens.alert import AlertScreen
        from tui.screens.conversation import ConversationScreen, MentionScreen

        screens = {
            Panel.QUEUE: ConversationScreen,
            Panel.ALERTS: AlertScreen,
            Panel.STREAM: MentionScreen,
        }
        self.push_screen(screens[panel](self.desk, subject))

    def open_filter(self, panel: Panel, changed: Callable[[], None]) -> None:
        """Choose what a list shows."""
        from tui.screens.filters import FilterScreen

        self.push_screen(FilterScreen(self.desk, panel, changed))

    def open_search(self, text: str = "", within: StreamFilter | None = None) -> None:
        """Search everything heard, or what is ``within`` a brand and a stretch of time.

        A ``text`` stands in the field already.
        """
        from tui.screens.search import SearchScreen

        self.desk.search = text or self.desk.search
        if not isinstance(self.screen, SearchScreen):
            self.push_screen(SearchScreen(self.desk, within))

    def open_sources(self) -> None:
        """Show where hubbub listens."""
        from tui.screens.sources import SourcesScreen

        if not isinstance(self.screen, SourcesScreen):
            self.push_screen(SourcesScreen(self.desk))

    def open_adding(self, text: str = "") -> None:
        """Find sources by an address, a name or a handle; ``text`` stands there already."""
        from tui.screens.adding import AddingScreen

        if not isinstance(self.screen, AddingScreen):
            self.push_screen(AddingScreen(self.desk, text))

    def open_help(self, panel: Panel | None) -> None:
        """Show the keys of a panel."""
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.desk, panel))


def _load_the_rest() -> None:
    for name in (
        "listeners.actions",
        "tui.screens.pickers",
        "tui.screens.conversation",
        "tui.screens.reply",
    ):
        importlib.import_module(name)


def _keymap(keys: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the keys of every action as Textual names them."""
    named: dict[str, str] = {}
    for action in ACTIONS:
        own = keys.get(action.id, action.keys)
        made = Binding.make_bindings([Binding(key, "") for key in own])
        named[action.id] = ",".join(binding.key for binding in made)
    return named
