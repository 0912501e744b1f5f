"""What hubbub is taught: words by brand, what corrections have taught it, and scoring anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from textual import on

from listeners.model import Micros
from listeners.store.rescoring import Rescoring, Wanted, unfinished
from listeners.store.taught import TaughtWord, taught_words
from listeners.teaching.learning import Standing, standing, switch
from listeners.teaching.rescoring import Stale, stale, stop_rescoring
from listeners.teaching.words import take_away
from tui.desk import Desk
from tui.i18n import _, ngettext, number, say
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.pickers import Picker, narrowed
from tui.screens.teaching_word import BACK, GROUP, ask_weight, ask_word, offer_rescoring, rescore
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.teaching_words import STATES
from tui.tongues import tongue_here
from tui.widgets.choices import Choice
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.taught_rows import TaughtRows, taught_page
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

_KEYS = (
    own("word.change", "enter,e", msgid("Change"), 1),
    own("word.add", "a,n,T", msgid("Teach"), 2),
    own("word.remove", "d,delete", msgid("Remove"), 3),
    own("word.rescore", "r", msgid("Score anew"), 4),
    own("rescore.all", "R", msgid("All anew"), 5),
    own("rescore.stop", "s", msgid("Stop"), 6),
    own("learnt.switch", "o", msgid("Learnt: on, off"), 7),
    own("undo", "z", msgid("Undo"), 8),
    own("back", "escape,h,left,q", msgid("Back"), 9),
)


class TeachingScreen(TwoPanes[TaughtRows], OwnKeysScreen[None]):
    """The taught words, and beside them what was learnt and how far a rescoring is."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ["redo", "palette"])
    DEFAULT_CSS = """
    TeachingScreen #body { layout: vertical; }
    TeachingScreen.-wide #body, TeachingScreen.-huge #body { layout: horizontal; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: Mapping[int, TaughtWord] = {}
        self._standings: Sequence[Standing] = ()
        self._jobs: Sequence[Rescoring] = ()
        self._old: Sequence[Stale] | None = None
        self.list = TaughtRows(RowList(), self._load, desk.clock, id="taught")
        self.about = ThreadMessages(id="about")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, TaughtWord]:
        return {one: self._known[one] for one in ids if one in self._known}

    # --- looking -------------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the words, the models and what runs, and show them."""
        await self.read_top()
        store = self.desk.store
        found = await taught_words(store, self.desk.session.brand)
        self._known = {one.id: one for one in found}
        self._standings = await standing(store)
        had, self._jobs = bool(self._jobs), await unfinished(store)
        if self._old is None or (had and not self._jobs):
            self._old = await stale(store, self.desk.config)
        self.list.offer([one.id for one in found], frozen=False)
        styles = palette_of(self)
        self.list.say_empty(
            [
                [(_("No word is taught yet."), styles.strong)],
                [(_("T on a post teaches one of its words; a teaches any."), styles.faint)],
            ]
        )
        await self.list.reload()
        title: Line = [("❯ ", styles.key), (_("Taught words"), styles.strong)]
        self.list.border_title = content(title)
        count = ngettext("{count} word", "{count} words", len(found))
        under: Line = [(count.format(count=number(len(found))), styles.faint)] if found else []
        self.list.border_subtitle = content(under)
        self.call_after_refresh(self._show_about)

    def _show_about(self) -> None:
        width = self.about.view.width
        if width < 2:
            return
        lines = taught_page(self._standings, self._jobs, self._old or (), width, palette_of(self))
        # What goes on stands first: a page that grows stays where it is instead of at its end.
        self.about.show(Laid(lines, self.about.scroll_offset.y), again=False)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about)

    # --- keys ----------------------------------------------------------------------------------

    def _may_not(self) -> bool:
        refused = self.desk.refusal
        if refused:
            self.refuse(refused)
        return bool(refused)

    def do_word_add(self) -> None:
        """Teach another word."""
        ask_word(self, "")

    @on(VirtualList.Opened)
    def do_word_change(self) -> None:
        """Change what the word under the cursor means."""
        row = self.list.row
        if row is not None and not self._may_not():
            ask_weight(self, row.brand, row.word)

    def do_word_remove(self) -> None:
        """Take the word under the cursor away."""
        row = self.list.row
        if row is not None and not self._may_not():
            self.later(partial(self._remove, row))

    async def _remove(self, row: TaughtWord) -> None:
        desk = self.desk
        outcome = await take_away(
            desk.store, desk.config, desk.actor, row.brand, row.word, desk.clock()
        )
        self.tell(say(outcome.sentence), undo=bool(outcome.done))
        self.look_again()
        await offer_rescoring(self, row.brand, row.word)

    def do_word_rescore(self) -> None:
        """Score the stored mentions that hold the word under the cursor anew."""
        row = self.list.row
        if row is None:
            self.refuse(_("Nothing is selected."))
        elif not self._may_not():
            self.later(partial(offer_rescoring, self, row.brand, row.word))

    def do_rescore_all(self) -> None:
        """Score all stored mentions of the last four weeks anew, of every brand shown."""
        if not self._may_not():
            self.hub.work(self._rescore_all(), GROUP)

    async def _rescore_all(self) -> None:
        shown = self.desk.session.brand
        for brand in self.desk.config.brands:
            if shown in ("", brand.name):
                since = Micros(0 if self._old else self.desk.clock() - BACK)
                await rescore(self.hub, Wanted(brand=brand.name, since=since))

    def do_rescore_stop(self) -> None:
        """Stop what is being scored anew; what is done stays right."""
        if not self._jobs:
            self.refuse(_("Nothing is being scored anew."))
        else:
            self.later(self._stop)

    async def _stop(self) -> None:
        for job in self._jobs:
            await stop_rescoring(self.desk.store, job.id)
        self.look_again()

    def do_learnt_switch(self) -> None:
        """Let what was learnt judge a language, or the word lists again."""
        models = [one for one in self._standings if one.newest is not None]
        if not models:
            self.refuse(_("Nothing is learnt yet."))
        elif not self._may_not():

            def chosen(choice: Choice | None) -> None:
                if choice is not None and isinstance(choice.value, Standing):
                    self.later(partial(self._switch, choice.value))

            title = _("What was learnt: on, off")
            self.app.push_screen(Picker(title, partial(narrowed, _choices(models))), chosen)

    async def _switch(self, one: Standing) -> None:
        desk = self.desk
        newest, judging = one.newest, one.judging
        on = newest is not None and (judging is None or judging.id != newest.id)
        if newest is not None and newest.state == "worse" and judging is not None:
            on = False
        outcome = await switch(desk.store, desk.config, desk.actor, one.lang, on, desk.clock())
        if outcome.done:
            self.tell(say(outcome.sentence), undo=True)
        else:
            self.refuse(say(outcome.sentence))
        self.look_again()


def _choices(standings: Sequence[Standing]) -> list[Choice]:
    """Return the languages, each with how what was learnt stands."""
    return [
        Choice(one, tongue_here(one.lang), _(STATES[one.newest.state]))
        for one in standings
        if one.newest is not None
    ]
