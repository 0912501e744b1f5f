"""Trying edited queries and words on what is stored, before the configuration is changed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing

from listeners.config import BrandConfig
from listeners.config.editing import edited
from listeners.config.extending import ExtensionError
from listeners.model import DAY, Micros
from listeners.replay.rehearsal import Rehearsal, rehearse
from listeners.rows import MentionRow
from listeners.store import reads
from tui.desk import Desk
from tui.i18n import _, moment, say
from tui.language import msgid
from tui.rehearsal_words import HEADINGS, alert_differences, caution, differences, rows
from tui.screens.choosing import ChoosingScreen
from tui.screens.own_keys import own, own_bindings
from tui.screens.rule_form import Typed
from tui.theme import Palette
from tui.widgets.paint import Line, one_line, padded, wrapped

_KEYS = (
    own("rehearse.change", "enter", msgid("Change"), 1),
    own("rehearse.run", "t", msgid("Try"), 2),
    own("rehearse.reset", "d", msgid("As it is"), 3),
    own("back", "escape,h,left,q", msgid("Back"), 4),
)
_SETTINGS: Mapping[str, str] = {
    "query": msgid("query"),
    "exclude": msgid("left out"),
    "names": msgid("names"),
    "confidential": msgid("confidential words"),
    "alerts.false_alarms": msgid("false alarms"),
}
_QUERIES = ("query", "exclude")
_NAME = 20
_FIGURE = 14
_SHOWN = 5
_LONGEST = 4000
_STRETCH = 28 * DAY


class RehearsalScreen(ChoosingScreen):
    """The settings that can be tried, and below them what the change would have done."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ("palette", "refresh", "brand"))
    TITLE_OF = msgid("Try the rules")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._edits: dict[str, str] = {}
        self._found = Rehearsal()
        self._sample: Mapping[int, MentionRow] = {}
        self._started = True

    @property
    def choices(self) -> int:
        """Every setting."""
        return len(_SETTINGS)

    async def work_out(self, brand: BrandConfig) -> None:
        """Judge the last four weeks once more, by both configurations."""
        desk, now = self.desk, self.desk.clock()
        self._found, self._sample = Rehearsal(), {}
        edits = [f"{key}={value}" for key, value in self._edits.items()]
        try:
            changed = edited(desk.config, brand.name, edits)
        except ExtensionError as error:
            self.refuse(say(error.sentence))
            return
        since = Micros(now - _STRETCH)
        steps = rehearse(desk.store, desk.config, changed, since, now, brand.name)
        async with aclosing(steps):
            async for found in steps:
                self._found, self.share = found, found.share
                self.shown()
        ids = [id_ for _said, sample in differences(self._found) for id_ in sample[:_SHOWN]]
        self._sample = await reads.mentions(desk.store, ids)

    def lines(self, width: int, styles: Palette) -> tuple[list[Line], list[int]]:
        """Return the settings, then what came of the trial."""
        lines, places = self._setting_lines(width, styles)
        if self._found.done:
            lines += self._result_lines(width, styles)
        elif not self.running:
            hint = _("Change a setting, then try it on the last four weeks. Nothing is saved.")
            lines += wrapped([(hint, styles.faint)], width)
        return lines, places

    def _setting_lines(self, width: int, styles: Palette) -> tuple[list[Line], list[int]]:
        lines: list[Line] = []
        places: list[int] = []
        brand = self.brand
        for place, (key, name) in enumerate(_SETTINGS.items()):
            places.append(len(lines))
            value = self._edits.get(key, present_value(brand, key) if brand else "")
            changed = key in self._edits
            lines.append(
                [
                    ("❯ " if place == self.at else "  ", styles.key),
                    (padded(_(name), _NAME) + " ", styles.faint),
                    (one_line(value) or "—", styles.accent if changed else styles.ink),
                    ("  " + _("changed") if changed else "", styles.key),
                ]
            )
        return [*lines, []], places

    def _result_lines(self, width: int, styles: Palette) -> list[Line]:
        first = max(12, width - 3 * _FIGURE)
        heads = "".join(f"{padded(_(one), _FIGURE - 1):>{_FIGURE}}" for one in HEADINGS[1:])
        lines: list[Line] = [[(padded(_(HEADINGS[0]), first), styles.faint), (heads, styles.faint)]]
        for row in rows(self._found):
            figures = "".join(f"{figure:>{_FIGURE}}" for figure in row[1:])
            style = styles.accent if row.now != row.edited else styles.ink
            lines.append([(padded(one_line(row.name), first), styles.ink), (figures, style)])
        now = self.desk.clock()
        for said, sample in differences(self._found):
            lines += [[], [(said, styles.strong)]]
            for mention in sample[:_SHOWN]:
                if mention in self._sample:
                    one = self._sample[mention]
                    who = one_line(one.author or one.author_name)
                    lines.append(
                        [
                            (f"{moment(one.sort_at, now):>12}  ", styles.faint),
                            (f"{who}  ", styles.strong),
                            (one_line(one.text), styles.ink),
                        ]
                    )
        for said in alert_differences(self._found):
            lines += wrapped([(one_line(said), styles.strong)], width)
        return [*lines, [], *wrapped([(caution(self._found), styles.faint)], width)]

    # --- keys --------------------------------------------------------------------------------

    def do_rehearse_change(self) -> None:
        """Write another value for the chosen setting."""
        brand = self.brand
        if brand is None:
            self.refuse(_("Nothing is selected."))
            return
        key = list(_SETTINGS)[self.at]
        value = self._edits.get(key, present_value(brand, key))
        hint = _("words, with commas between them") if key not in _QUERIES else _("a query")

        def typed(text: str | None) -> None:
            if text is not None:
                self._keep(brand, key, text.strip())

        title = _(_SETTINGS[key])
        form = Typed(title, value, hint, query=key in _QUERIES, longest=_LONGEST)
        self.app.push_screen(form, typed)

    def _keep(self, brand: BrandConfig, key: str, value: str) -> None:
        self._edits.pop(key, None)
        if value != present_value(brand, key):
            self._edits[key] = value
        self._found = Rehearsal()
        self.shown()

    def do_rehearse_run(self) -> None:
        """Try it."""
        at = self.at
        if not self._edits:
            self.refuse(_("Nothing is changed yet."))
            return
        self.begin()
        self.at = at
        self.shown()

    def do_rehearse_reset(self) -> None:
        """Give the chosen setting back its present value."""
        self._edits.pop(list(_SETTINGS)[self.at], None)
        self._found = Rehearsal()
        self.shown()

    def do_brand(self) -> None:
        """Show the next brand."""
        self.stop()
        self._place += 1
        self._edits, self._found = {}, Rehearsal()
        self.shown()


def present_value(brand: BrandConfig, key: str) -> str:
    """Return a setting as the configuration has it."""
    if key == "alerts.false_alarms":
        choice = brand.alarms.whole
        return choice.preset if choice.a_month is None else f"{choice.a_month:g} a month"
    value = getattr(brand, key)
    return value if isinstance(value, str) else ", ".join(value)
