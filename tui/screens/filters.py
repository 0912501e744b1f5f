"""Choosing what a list shows: switches that act at once, words, and views kept under a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from listeners.query import QuerySyntaxError, parse
from listeners.store import reads
from listeners.text import clean_line
from tui.actions import Panel
from tui.desk import Desk
from tui.filtering import Offer, View, as_json, chips, from_json, switches
from tui.i18n import _, say
from tui.screens.pickers import Picker, narrowed
from tui.widgets.choices import Choice

_PANES: dict[Panel, Literal["queue", "stream"]] = {Panel.QUEUE: "queue", Panel.STREAM: "stream"}


class FilterScreen(Picker):
    """The filter of one list. Each choice shows in the list behind at once; escape is done."""

    def __init__(self, desk: Desk, panel: Panel, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._panel = panel
        self._changed = changed
        self._views: Sequence[reads.SavedView] = ()
        self._offer = Offer()
        super().__init__(
            _("What shall be shown?"),
            self._choices,
            hint=_("narrow these, or type words to search for"),
            stay=self._chosen,
        )

    def on_mount(self) -> None:
        """Read what there is to choose from."""
        self.hub_work(self._read())

    async def _read(self) -> None:
        places = await reads.sources(self._desk.store)
        langs = dict.fromkeys(
            lang for brand in self._desk.config.brands for lang in brand.languages
        )
        members = dict.fromkeys([self._desk.actor, *self._desk.config.members])
        self._offer = Offer(
            networks=tuple(dict.fromkeys(place.network for place in places)),
            members=tuple(members),
            langs=tuple(langs),
            tags=self._desk.tags_seen(),
        )
        await self._read_views()

    async def _read_views(self) -> None:
        pane = _PANES.get(self._panel)
        views = await reads.saved_views(self._desk.store)
        self._views = [view for view in views if view.pane == pane]
        self._narrow()

    def _choices(self, text: str) -> list[Choice]:
        view = self._desk.views[self._panel]
        words = text.strip()
        kept = [
            Choice(("view", one.name), f"★ {one.name}", " · ".join(chips(from_json(one.filter))))
            for one in self._views
        ]
        switched = switches(self._panel, view, self._offer)
        if words:
            # A switch of that name is likelier meant than a search for it.
            return [*narrowed(kept, words), *narrowed(switched, words), *self._worded(words)]
        made: list[Choice] = []
        if not view.open:
            made.append(Choice(("clear", ""), _("show everything again"), " · ".join(chips(view))))
        if kept:
            made.append(Choice(("views", ""), _("views"), heading=True))
        return [*made, *kept, *switched]

    def _worded(self, words: str) -> list[Choice]:
        """Return what can be done with words that were typed: search for them, or name a view."""
        if self._panel not in _PANES:
            return []
        view = self._desk.views[self._panel]
        made = [Choice(("words", words), _("only with “{words}”").format(words=words))]
        if not view.open:
            name = _("keep this view as “{name}”").format(name=words)
            made.append(Choice(("keep", words), name, " · ".join(chips(view))))
        return made

    def _chosen(self, choice: Choice) -> None:
        if not isinstance(choice.value, tuple):
            return
        side, value = choice.value
        views = self._desk.views
        view = views[self._panel]
        match side:
            case "words":
                try:
                    parse(value)
                except QuerySyntaxError as error:
                    self.box_says(say(error.sentence))
                    return
                views[self._panel] = view._replace(words=value)
            case "clear":
                views[self._panel] = View()
            case "view":
                kept = next((one for one in self._views if one.name == value), None)
                if kept is not None:
                    views[self._panel] = from_json(kept.filter)
            case "keep":
                self.hub_work(self._keep(value))
            case _:
                views[self._panel] = view.toggled(side, value)
        self._changed()

    async def _keep(self, name: str) -> None:
        pane = _PANES[self._panel]
        kept = as_json(self._desk.views[self._panel])
        await reads.save_view(self._desk.store, reads.SavedView(clean_line(name, 60), pane, kept))
        await self._read_views()
