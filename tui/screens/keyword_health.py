"""What each word of a brand brings, what is noise in it, and what could be left out."""

from __future__ import annotations

from listeners.actions import perform
from listeners.config import BrandConfig
from listeners.keywords import Health, keyword_health
from listeners.model import DAY, Micros
from listeners.team import may_write
from tui.desk import Desk
from tui.i18n import _, ngettext, number, say
from tui.keyword_words import exclusion_words, term_figures, term_name
from tui.language import msgid
from tui.screens.choosing import ChoosingScreen
from tui.screens.own_keys import own, own_bindings
from tui.sending import tell_in_front
from tui.theme import Palette
from tui.widgets.paint import Line, one_line, padded, wrapped

_KEYS = (
    own("keywords.copy", "enter,y", msgid("Copy the line"), 1),
    own("keywords.mute", "m", msgid("Mute"), 2),
    own("undo", "z", msgid("Undo"), 3),
    own("back", "escape,h,left,q", msgid("Back"), 4),
)
_STRETCH = 28 * DAY
_FIGURE = 11


class KeywordHealthScreen(ChoosingScreen):
    """Every part of the query with its figures, then exclusions ready to be copied."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ("palette", "refresh", "brand"))
    TITLE_OF = msgid("Keyword health")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found = Health("")

    @property
    def choices(self) -> int:
        """Every exclusion."""
        return len(self._found.exclusions)

    async def work_out(self, brand: BrandConfig) -> None:
        """Look through the last four weeks."""
        since = Micros(self.desk.clock() - _STRETCH)
        async for found in keyword_health(self.desk.store, brand, since):
            self._found, self.share = found, found.share
            self.shown()

    def lines(self, width: int, styles: Palette) -> tuple[list[Line], list[int]]:
        """Return the parts of the query, then what could be left out."""
        found = self._found
        said = ngettext("{count} mention in 28 days", "{count} mentions in 28 days", found.looked)
        lines: list[Line] = [[(said.format(count=number(found.looked)), styles.strong)], []]
        if not found.done:
            return lines, []
        name_cells = max(12, width - 4 * _FIGURE)
        names = (_("brought"), _("dismissed"), _("untouched"), _("answered"))
        heads = "".join(f"{padded(name, _FIGURE - 1):>{_FIGURE}}" for name in names)
        lines.append([(padded("", name_cells), styles.faint), (heads, styles.faint)])
        for term in found.terms:
            figures = "".join(f"{figure:>{_FIGURE}}" for figure in term_figures(term))
            name = padded(one_line(term_name(term)), name_cells)
            lines.append([(name, styles.ink), (figures, styles.accent)])
        lines.append([])
        if not found.exclusions:
            nothing = _("Nothing stands out in what was dismissed.")
            return [*lines, [(nothing, styles.faint)]], []
        lines.append([(_("What could be left out"), styles.strong)])
        places = []
        for place, one in enumerate(found.exclusions):
            places.append(len(lines))
            mark = "❯ " if place == self.at else "  "
            words = wrapped([(exclusion_words(one), styles.ink)], width - 2)
            lines += [
                [(mark if at == 0 else "  ", styles.key), *line] for at, line in enumerate(words)
            ]
        chosen = found.exclusions[min(self.at, len(found.exclusions) - 1)]
        lines += [[], *wrapped([(chosen.line, styles.faint)], width)]
        return lines, places

    def do_keywords_copy(self) -> None:
        """Copy the line that leaves the chosen one out."""
        if self._found.exclusions:
            self.copy(self._found.exclusions[self.at].line)
        else:
            self.refuse(_("Nothing is selected."))

    def do_keywords_mute(self) -> None:
        """Mute the chosen word or author, which can be taken back."""
        refused = may_write(self.desk.config, self.desk.actor)
        if not self._found.exclusions:
            self.refuse(_("Nothing is selected."))
        elif refused is not None:
            self.refuse(say(refused))
        else:
            self.later(self._mute)

    async def _mute(self) -> None:
        one, desk = self._found.exclusions[self.at], self.desk
        outcome = await perform(
            desk.store,
            desk.actor,
            "mute",
            "mention",
            [one.sample],
            desk.clock(),
            what=one.kind,
            word=one.mute if one.kind == "word" else "",
            config=desk.config,
        )
        tell_in_front(self.hub, outcome, undo=True)
