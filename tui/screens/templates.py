"""The texts replies begin with: the team's list, to add to, to change and to take away from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from textual import on

from listeners.model import SafeText
from listeners.replying.templates import usual_templates
from listeners.store.templates import (
    Template,
    add_template,
    change_template,
    remove_template,
    templates,
)
from listeners.team import may_write
from tui.desk import Desk
from tui.i18n import _, language, ngettext, number, say
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.screens.template_form import TemplateForm
from tui.screens.two_panes import TwoPanes
from tui.session import RowList
from tui.widgets.paint import Line, content, one_line, palette_of
from tui.widgets.reply_rows import TemplateRows, template_facts
from tui.widgets.row_list import VirtualList
from tui.widgets.thread import ThreadMessages
from tui.widgets.thread_lines import Laid

_KEYS = (
    own("open", "enter,e", msgid("Change"), 1),
    own("template.add", "a,n", msgid("Add"), 2),
    own("template.remove", "d,delete", msgid("Remove"), 3),
    own("undo", "z", msgid("Undo"), 4),
    own("back", "escape,h,left,q", msgid("Back"), 5),
)


class TemplatesScreen(TwoPanes[TemplateRows], OwnKeysScreen[None]):
    """The team's templates, and the whole text of the one under the cursor."""

    OWN = _KEYS
    BINDINGS = own_bindings(_KEYS, ["redo", "palette"])
    DEFAULT_CSS = """
    TemplatesScreen #body { layout: vertical; }
    TemplatesScreen.-wide #body, TemplatesScreen.-huge #body { layout: horizontal; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: Mapping[int, Template] = {}
        self.list = TemplateRows(RowList(), self._load, desk.clock, id="templates")
        self.about = ThreadMessages(id="about")

    async def _load(self, ids: Sequence[int]) -> Mapping[int, Template]:
        return {one: self._known[one] for one in ids if one in self._known}

    # --- looking -------------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the templates and show them."""
        await self.read_top()
        found = await templates(self.desk.store)
        self._known = {one.id: one for one in found}
        self.list.offer([one.id for one in found], frozen=False)
        styles = palette_of(self)
        self.list.say_empty(
            [
                [(_("The team has written no templates yet."), styles.strong)],
                [(_("Until then replies may begin with those of hubbub."), styles.faint)],
            ]
        )
        await self.list.reload()
        title: Line = [("❯ ", styles.key), (_("Templates"), styles.strong)]
        self.list.border_title = content(title)
        count = ngettext("{count} template", "{count} templates", len(found))
        under: Line = [(count.format(count=number(len(found))), styles.faint)] if found else []
        self.list.border_subtitle = content(under)
        fields = _("{fields} are filled in").format(fields="{name} {brand} {order}")
        self.about.border_subtitle = content([(fields, styles.faint)])
        self.call_after_refresh(self._show_about)

    @on(VirtualList.Moved)
    def _show_about(self) -> None:
        width, row = self.about.view.width, self.list.row
        if width < 2:
            return
        audiences = [brand.audience for brand in self.desk.config.brands if not brand.competitor]
        usual = usual_templates(language(), audiences[0] if audiences else "both")
        shown = [row] if row is not None else [] if self._known else list(usual)
        self.about.show(Laid(template_facts(shown, width, palette_of(self))), again=False)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._show_about)

    # --- keys ----------------------------------------------------------------------------------

    def _may_not(self) -> bool:
        refused = may_write(self.desk.config, self.desk.actor)
        if refused is not None:
            self.refuse(say(refused))
        return refused is not None

    def do_template_add(self) -> None:
        """Write a new template."""
        if not self._may_not():
            new = Template(name=SafeText(""), text=SafeText(""))
            self.app.push_screen(TemplateForm(self.desk, new), self._filled_in)

    @on(VirtualList.Opened)
    def do_open(self) -> None:
        """Change the template under the cursor."""
        row = self.list.row
        if row is not None and not self._may_not():
            self.app.push_screen(TemplateForm(self.desk, row), self._filled_in)

    def _filled_in(self, wanted: Template | None) -> None:
        if wanted is not None:
            self.later(partial(self._keep, wanted))

    async def _keep(self, wanted: Template) -> None:
        desk = self.desk
        if wanted.id:
            await change_template(desk.store, desk.actor, wanted, desk.clock())
            said = _("Changed: {name}")
        else:
            wanted = await add_template(desk.store, desk.actor, wanted, desk.clock())
            said = _("Added: {name}")
        self.tell(said.format(name=one_line(wanted.name)), undo=True)
        self.look_again()

    def do_template_remove(self) -> None:
        """Take the template under the cursor away."""
        row = self.list.row
        if row is not None and not self._may_not():
            self.later(partial(self._remove, row))

    async def _remove(self, row: Template) -> None:
        desk = self.desk
        await remove_template(desk.store, desk.actor, row.id, desk.clock())
        self.tell(_("Removed: {name}").format(name=one_line(row.name)), undo=True)
        self.look_again()
