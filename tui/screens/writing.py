"""Where a reply is written: what it answers, the box, the room left, and what we said before.

The screen never waits for the network: the box is there at once, and the network's own limit, the
names it wants and who can send come in as they are known. What is typed is a draft from the first
key on; it is gone only when it was sent or thrown away.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import TextArea

from listeners.model import Micros
from listeners.replying.way import Way, as_sent
from listeners.rows import MentionRow
from listeners.store import StoreError
from listeners.store.drafts import draft, save_draft
from listeners.text import clean
from tui.desk import Desk
from tui.drafting import PERIOD, DraftKeeper, Written
from tui.i18n import _
from tui.language import msgid
from tui.screens.own_keys import OwnKeysScreen, own, own_bindings
from tui.tone_words import tone_hint
from tui.tongues import tongue
from tui.widgets.paint import Line, content, network_name, one_line, palette_of
from tui.widgets.reply_box import ReplyBox
from tui.widgets.reply_lines import counter, preview_lines
from tui.widgets.reply_panes import about_lines, notices
from tui.widgets.thread import ThreadHead, ThreadMessages
from tui.widgets.thread_lines import Laid, Thread, messages
from tui.widgets.too_small import TooSmall

_ASK_AGAIN = 3.0
"""Seconds until a network is asked again how long a reply may be."""

_BREATH = 0.05
"""Seconds after a key until the words are counted: whoever types fast waits for no count."""

_log = logging.getLogger(__name__)


WRITING = (
    own("write.send", "ctrl+s,ctrl+enter", msgid("Send"), 1),
    own("write.template", "ctrl+t", msgid("Template"), 2),
    own("write.before", "ctrl+o", msgid("Reuse"), 3),
    own("write.language", "ctrl+l", msgid("Language"), 4),
    own("write.preview", "ctrl+r", msgid("Preview"), 5),
    own("write.discard", "ctrl+g", msgid("Discard"), 6),
    own("write.leave", "escape", msgid("Leave"), 7),
)
"""The keys of this screen alone; letters are letters here."""


class Ended(NamedTuple):
    """How the screen was left: whether the reply is on its way, and what to say of it."""

    sent: bool
    said: str
    undo: bool = False


class WritingScreen(OwnKeysScreen[Ended | None]):
    """The box, what stands around it, and the draft; what the keys do is in ``reply``."""

    OWN = WRITING
    DOING = "drafting"
    BINDINGS = own_bindings(WRITING)

    def __init__(self, desk: Desk, conversation: int, mention: int | None = None) -> None:
        super().__init__(desk)
        self._conversation = conversation
        self.mention = mention
        self._asked = ThreadMessages(id="asked")
        self._notice = ThreadHead()
        self.preview = ThreadMessages(id="preview")
        self._about = ThreadMessages(id="about")
        self.box = ReplyBox(id="reply")
        self.thread = Thread()
        self.way: Way | None = None
        self.lang = ""
        self.keeper: DraftKeeper | None = None
        self._saving: Timer | None = None
        self._counting: Timer | None = None
        self._placed: int | None = None
        self._drafted = False
        self.begun_at = desk.clock()

    def compose(self) -> ComposeResult:
        """Lay what is answered above the box, and what helps beside it."""
        yield self.status
        with Horizontal(id="body"):
            with Vertical(id="writing"):
                yield self._asked
                yield self._notice
                yield self.box
            with Vertical(id="past"):
                yield self.preview
                yield self._about
        yield TooSmall()
        yield self.keys

    def on_mount(self) -> None:
        """Take the focus to the box."""
        for pane in (self._asked, self.box, self.preview, self._about):
            pane.add_class("pane")
        self.box.focus()

    @property
    def conversation(self) -> int:
        """The conversation that is answered."""
        return self._conversation

    # --- looking -------------------------------------------------------------------------------

    async def look(self) -> None:
        """Read the conversation, and at first the draft; then ask how the network is answered."""
        desk = self.desk
        await self.read_top()
        self.thread = await desk.thread(self.conversation, at=self.mention)
        if self.keeper is None:
            await self._begin()
            self.hub.work(self._find_way(), "way")
        if self.is_current:
            desk.presence(self.conversation, "drafting")
        self.lay_out()

    async def _begin(self) -> None:
        """Put the draft into the box, before whatever was typed while it was read."""
        desk = self.desk
        found = await draft(desk.store, self.conversation, desk.actor)
        stored = Written() if found is None else Written(found.text, found.lang)
        self.keeper = DraftKeeper(self._store, stored)
        self.lang = stored.lang
        self.begun_at = self.begun_at if found is None else found.begun_at
        self._drafted = found is not None
        if found is not None:
            # Line by line: a draft keeps all of its lines, however many a post may have.
            kept = "\n".join(clean(line, len(line)) for line in found.text.split("\n"))
            self.box.set_all(kept + self.box.text)
        self.changed()

    async def _store(self, written: Written) -> None:
        desk = self.desk
        answered = self.answered
        await save_draft(
            desk.store,
            self.conversation,
            desk.actor,
            written.text,
            written.lang,
            answered.native_id if answered is not None else "",
            desk.clock(),
        )

    async def _find_way(self) -> None:
        way = await self.desk.outbox.way(self.conversation, self.mention)
        first, self.way = self.way is None, way
        self.lang = self.lang or way.lang
        if first and not self._drafted:
            # Typed before the names were known: they go before it, the cursor stays behind it.
            self.box.begin_with(way.opening)
        if way.api and way.limit is None:
            self.set_timer(_ASK_AGAIN, lambda: self.hub.work(self._find_way(), "way"))
        self.changed()
        self.lay_out()

    @property
    def answered(self) -> MentionRow | None:
        """The message the reply answers, once it is known."""
        wanted = self.way.mention if self.way is not None else 0
        found = (row for row in self.thread.mentions if row.id == wanted)
        return next(found, None) or self.thread.focus

    @property
    def to(self) -> str:
        """Whom the reply answers, as the network calls them."""
        row = self.answered
        return one_line(row.author or row.author_name) if row is not None else ""

    # --- showing -------------------------------------------------------------------------------

    def lay_out(self) -> None:
        """Show everything around the box."""
        self._titles()
        self._count()
        self.call_after_refresh(self._lay)

    def _lay(self) -> None:
        styles, now = palette_of(self), self.desk.clock()
        width = self._asked.view.width
        answered = self.answered
        if width > 1 and answered is not None:
            laid = messages(self.thread._replace(at=answered.id), width, now, styles)
            again = self._placed == answered.id
            self._placed = answered.id
            self._asked.show(laid, again=again)
        self._notice.show(
            notices(self.thread, self.way, self.desk.actor, self._notice.size.width, now, styles)
        )
        self._lay_beside(now)

    def _lay_beside(self, now: Micros) -> None:
        styles, width = palette_of(self), self._about.view.width
        if width > 1:
            said = self.way.said_before if self.way is not None else None
            row = self.thread.conversation
            tone = tone_hint(self.desk.config.brand(row.brand)) if row is not None else ""
            lines = about_lines(self.thread, said, width, now, styles, tone)
            self._about.show(Laid(lines), again=True)
            self._lay_preview()

    def _lay_preview(self) -> None:
        width = self.preview.view.width
        if width > 1:
            limit = self.way.limit if self.way is not None else None
            network = self.thread.conversation.network if self.thread.conversation else ""
            lines = preview_lines(self.text, limit, network, width, palette_of(self))
            self.preview.show(Laid(lines), again=True)

    def on_resize(self) -> None:
        """Wrap anew for the new width."""
        self.call_after_refresh(self._lay)

    def _titles(self) -> None:
        styles, row = palette_of(self), self.thread.conversation
        network = network_name(row.network) if row is not None else ""
        to = _("To {name} on {network}").format(name=self.to, network=network)
        title: Line = [("❯ ", styles.key), (_("Reply"), styles.strong), (f"  {to}", styles.ink)]
        if self.account:
            account = _("as {account}").format(account=self.account)
            title.append((f"  {account}", styles.faint))
        self._asked.border_title = content(title)
        spoken: Line = [(_("Your words"), styles.strong)]
        if self.lang:
            spoken.append((f" · {tongue(self.lang)}", styles.accent))
        self.box.border_title = content(spoken)
        self.preview.border_title = content([(_("As it goes out"), styles.faint)])
        self._about.border_title = content([(self.to, styles.faint)])

    @property
    def account(self) -> str:
        """The account of ours that answers there, empty if none is known."""
        row = self.thread.conversation
        brand = self.desk.config.brand(row.brand) if row is not None else None
        handles = brand.handles.get(row.network, ()) if brand is not None and row else ()
        return one_line(handles[0]) if handles else ""

    # --- the words -----------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The words exactly as they go out."""
        return as_sent(self.box.text)

    @property
    def written(self) -> Written:
        """What is kept as a draft: nothing while only the names of the network stand there."""
        opening = self.way.opening.strip() if self.way is not None else ""
        if self.box.text.strip() in ("", opening):
            return Written()
        return Written(self.box.text, self.lang)

    @property
    def typing(self) -> bool:
        """Whether something typed is not stored or not counted yet."""
        return self._counting is not None or (self.keeper is not None and self.keeper.due)

    @on(TextArea.Changed)
    def _box_changed(self) -> None:
        self.changed()

    def changed(self) -> None:
        """See to it that the words are kept, counted anew, and shown as they go out."""
        if self._counting is None:
            self._counting = self.set_timer(_BREATH, self._counted)
        if self.keeper is None:
            return
        self.keeper.typed(self.written)
        if self._saving is None and self.keeper.due:
            self._saving = self.set_timer(PERIOD, self._save)

    def _counted(self) -> None:
        self._counting = None
        self._count()
        self._lay_preview()

    def _save(self) -> None:
        self._saving = None
        if self.keeper is not None:
            self.hub.work(self.keeper.keep(), "draft")

    def _count(self) -> None:
        limit = self.way.limit if self.way is not None else None
        self.box.border_subtitle = content(counter(self.text, limit, palette_of(self)))

    async def keep(self) -> None:
        """Store what stands in the box now.

        Raises:
            StoreError: it is not stored.
        """
        if self.keeper is not None:
            self.keeper.typed(self.written)
            await self.keeper.keep()

    async def on_unmount(self) -> None:
        """Keep the last words however the screen ends: left, closed, or hung up."""
        try:
            await self.keep()
        except StoreError:
            _log.exception("a draft could not be kept")
