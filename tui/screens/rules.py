"""The rules: what hubbub does by itself to conversations, in the order in which it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import on

from listeners.actions.rules import keep_rule, move_rule, remove_rule, switch_rule
from listeners.model import DAY, Micros
from listeners.rules import Rule
from listeners.ruling import apply_now
from listeners.store import reads
from listeners.store.rules import rule_hits, rules, template_names
from listeners.team import may_write
from tui.actions import Action
from tui.desk import Desk
from tui.i18n import _, msgid, ngettext, number, say
from tui.rule_fields import Offered
from tui.screens.pickers import Picker
from tui.screens.rule_form import Drafted, RuleForm
from tui.screens.triage import TriageScreen
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.widgets.choices import Choice
from tui.widgets.paint import Line, content, palette_of
from tui.widgets.row_list import VirtualList
from tui.widgets.rule_lines import RuleRows, Shown, about_rule, then_words
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

_HITS = 7 * DAY

KEYS: Mapping[str, tuple[str, str]] = {
    "take": (msgid("Add"), msgid("add a rule; it is tried before it is kept")),
    "open": (msgid("Change"), msgid("change it")),
    "mark": (msgid("On/off"), msgid("let it work, or rest")),
    "done": (msgid("Apply now"), msgid("do what it says to the open conversations it catches")),
    "detail.down": (msgid("Down"), msgid("move it down")),
    "detail.up": (msgid("Up"), msgid("move it up")),
    "dismiss": (msgid("Remove"), msgid("take it away; what it did stays")),
    "undo": (msgid("Undo"), msgid("take back the last change")),
}
"""What keys of the registry mean on this screen: a word, and the rest of the sentence."""


class RulesScreen(TwoPanes[RuleRows], TriageScreen[None]):
    """The list of rules, and all about the one under the cursor beside or below it."""

    DEFAULT_CSS = """
    RulesScreen #body { layout: vertical; }
    RulesScreen.-wide #body, RulesScreen.-huge #body { layout: horizontal; }
    RulesScreen.-wide #rules, RulesScreen.-huge #rules { width: 3fr; }
    RulesScreen.-wide #rule-about, RulesScreen.-huge #rule-about { width: 2fr; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown: Mapping[int, Shown] = {}
        self._templates: Mapping[int, str] = {}
        self.list = RuleRows(RowList(), self._load, desk.clock, id="rules")
        self.about = ThreadMessages(id="rule-about")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Shown]:
        return {one: self._shown[one] for one in ids if one in self._shown}

    # --- keys --------------------------------------------------------------------------------

    def method_of(self, action: Action) -> Callable[[], None] | None:
        """Return what an action does here: the verbs of rules sit on the keys of triage."""
        here: dict[str, Callable[[], None]] = {
            "take": self.add,
            "open": self.change,
            "mark": self.switch,
            "done": self.apply,
            "detail.down": lambda: self.shift(1),
            "detail.up": lambda: self.shift(-1),
            "dismiss": self.remove_chosen,
        }
        return here.get(action.id) or super().method_of(action)

    def show_keys(self) -> None:
        """Show the keys of the rules."""
        from tui.actions import BY_ID

        shown = ("take", "open", "mark", "done", "dismiss", "undo", "back", "help")
        self.keys.show_keys(
            [(BY_ID[id_], _(KEYS[id_][0]) if id_ in KEYS else _(BY_ID[id_].label)) for id_ in shown]
        )

    # --- looking -----------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the rules and what they did, and show them."""
        await self.read_top()
        store, now = self.desk.store, self.desk.clock()
        found = await rules(store)
        hits = await rule_hits(store, Micros(now - _HITS))
        self._templates = await template_names(store)
        self._shown = {
            one.id: Shown(place, one, hits.get(one.id, 0), then_words(one, self._templates))
            for place, one in enumerate(found, 1)
        }
        self.list.offer([one.id for one in found], frozen=False)
        await self.list.reload()
        styles = palette_of(self)
        self.list.say_empty(
            [
                [(_("hubbub does nothing by itself yet."), styles.strong)],
                [
                    (self.desk.key_of("take"), styles.key),
                    (" " + _("adds a rule: if this, then that"), styles.faint),
                ],
            ]
        )
        self._titles(len(found))
        self.call_after_refresh(self._show_about, again=True)

    def _titles(self, count: int) -> None:
        styles = palette_of(self)
        names = (_("Rules"), _("About this rule"))
        for pane, name in zip((self.list, self.about), names, strict=True):
            title: Line = [("❯ " if pane.has_focus else "", styles.key), (name, styles.strong)]
            pane.border_title = content(title)
        said = ngettext("{count} rule", "{count} rules", count).format(count=number(count))
        self.list.border_subtitle = content([(said, styles.faint)])

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._show_about(again=False)

    def _show_about(self, *, again: bool) -> None:
        width = self.about.view.width
        if width < 2:
            return
        keys = [(self.desk.key_of(id_), _(meaning)) for id_, (_word, meaning) in KEYS.items()]
        lines = about_rule(self.list.row, keys, width, palette_of(self))
        self.about.show(Laid(lines), again=again)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about, again=True)

    # --- verbs -------------------------------------------------------------------------------

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.change()

    def add(self) -> None:
        """Make a new rule."""
        self._edit(Rule(name=""))

    def change(self) -> None:
        """Change the rule under the cursor."""
        if (rule := self._chosen()) is not None:
            self._edit(rule)

    def switch(self) -> None:
        """Let the rule work, or rest."""
        rule = self._chosen()
        if rule is not None and self._may():
            self.later(lambda: self._switch(rule))

    def shift(self, by: int) -> None:
        """Move the rule among the others."""
        rule = self._chosen()
        if rule is not None and self._may():
            self.later(lambda: self._shift(rule, by))

    def remove_chosen(self) -> None:
        """Take the rule away."""
        rule = self._chosen()
        if rule is not None and self._may():
            self.later(lambda: self._remove(rule))

    def apply(self) -> None:
        """Try the rule once more, then offer to apply it to what is open."""
        rule = self._chosen()
        if rule is not None and self._may():
            self.later(lambda: self._offer_open(rule))

    def _chosen(self) -> Rule | None:
        if self.list.row is None:
            self.refuse(_("Nothing is selected."))
            return None
        return self.list.row.rule

    def _may(self) -> bool:
        refused = may_write(self.desk.config, self.desk.actor)
        if refused is not None:
            self.refuse(say(refused))
        return refused is None

    async def _switch(self, rule: Rule) -> None:
        desk = self.desk
        on_now = not rule.enabled
        outcome = await switch_rule(desk.store, desk.actor, rule.id, on_now, desk.clock())
        self._said(outcome, undo=True)

    async def _shift(self, rule: Rule, by: int) -> None:
        desk = self.desk
        self._said(await move_rule(desk.store, desk.actor, rule.id, by, desk.clock()), undo=True)

    async def _remove(self, rule: Rule) -> None:
        desk = self.desk
        self._said(await remove_rule(desk.store, desk.actor, rule.id, desk.clock()), undo=True)

    def _edit(self, rule: Rule) -> None:
        if self._may():
            self.later(lambda: self._open_form(rule))

    async def _open_form(self, rule: Rule) -> None:
        desk = self.desk
        places = await reads.sources(desk.store)
        config = desk.config
        langs = dict.fromkeys(lang for brand in config.brands for lang in brand.languages)
        networks = (*(place.network for place in places), *(one.network for one in config.sources))
        offered = Offered(
            brands=tuple(brand.name for brand in config.brands),
            networks=tuple(dict.fromkeys(networks)),
            members=tuple(dict.fromkeys((*config.members, desk.actor))),
            langs=tuple(langs),
            tags=tuple(desk.tags_seen()),
            templates=self._templates,
        )
        self.app.push_screen(RuleForm(desk, rule, offered), self._drafted)

    def _drafted(self, drafted: Drafted | None) -> None:
        if drafted is not None:
            self.later(lambda: self._keep(drafted))

    async def _keep(self, drafted: Drafted) -> None:
        desk = self.desk
        outcome, rule = await keep_rule(desk.store, desk.actor, drafted.rule, desk.clock())
        self._said(outcome, undo=True)
        if outcome.done and rule.enabled:
            self._ask_to_apply(rule, drafted.trial.open)

    async def _offer_open(self, rule: Rule) -> None:
        from listeners.trying import Trial, try_rule

        now, trial = self.desk.clock(), Trial()
        since = Micros(now - 28 * DAY)
        async for found in try_rule(self.desk.store, rule, since, now):
            trial = found
            self.tell(_("Looking for what it catches …"))
        if trial.open:
            self._ask_to_apply(rule, trial.open)
        else:
            self.refuse(_("Nothing that is open would be changed by it."))

    def _ask_to_apply(self, rule: Rule, ids: Sequence[int]) -> None:
        if not ids:
            return
        count = len(ids)
        now = ngettext(
            "apply it now to the {count} open conversation it catches",
            "apply it now to the {count} open conversations it catches",
            count,
        ).format(count=number(count))
        choices = [
            Choice("later", _("only to what comes from now on")),
            Choice("now", now, _("one step, one undo")),
        ]

        def chosen(choice: Choice | None) -> None:
            if choice is not None and choice.value == "now":
                self.later(lambda: self._apply(rule, ids))

        self.app.push_screen(Picker(rule.name, lambda text: choices), chosen)

    async def _apply(self, rule: Rule, ids: Sequence[int]) -> None:
        desk = self.desk
        self._said(await apply_now(desk.store, desk.actor, rule, ids, desk.clock()), undo=True)
