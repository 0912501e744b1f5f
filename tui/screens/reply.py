"""What the keys do where a reply is written: send it, copy it, begin it from a text, leave it."""

from __future__ import annotations

from functools import partial

from listeners.model import SafeText
from listeners.replying.templates import order_number
from listeners.store import StoreError
from listeners.text import links_in
from tui.i18n import _, moment, say
from tui.screens.asking import Answer, Ask
from tui.screens.pickers import Picker, narrowed
from tui.screens.writing import Ended, WritingScreen
from tui.sending import Parcel, answered_meanwhile, deliver
from tui.terminal.opener import check_link, open_link
from tui.tongues import tongue, tongues
from tui.widgets.choices import Choice
from tui.widgets.paint import network_name, one_line
from tui.widgets.reply_lines import excess, said_at, said_by

_SEND, _THERE, _NOT_YET, _ADDRESS, _AGAIN = "send", "there", "not yet", "address", "again"


class ReplyScreen(WritingScreen):
    """The reply to one conversation, or to one message of it."""

    _warned = False
    """That the draft could not be kept was said: leaving again leaves without it."""

    # --- sending -------------------------------------------------------------------------------

    def do_write_send(self) -> None:
        """Ask once, then send; where the network does not let us, copy and open the browser."""
        way = self.way
        if way is None:
            self.refuse(_("A moment: it is not known yet how this network is answered."))
        elif not self.written.text:
            self.refuse(_("There is nothing to send yet."))
        elif not way.api:
            self._copy_out()
        elif way.limit is not None and (too_long := excess(self.text, way.limit)):
            self.refuse(_("Too long: {excess}.").format(excess=too_long))
        else:
            self._ask_to_send()

    def _ask_to_send(self) -> None:
        row = self.thread.conversation
        values = {
            "name": self.to,
            "network": network_name(row.network) if row is not None else "",
            "account": self.account,
        }
        question = (
            _("Send to {name} on {network} as {account}?")
            if self.account
            else _("Send to {name} on {network}?")
        ).format(**values)
        meanwhile = answered_meanwhile(
            self.thread, self.desk.actor, self.begun_at, self.desk.clock()
        )
        lines = [question, *([meanwhile] if meanwhile else [])]
        if self.way is not None and self.way.with_link is not None and links_in(self.text):
            lines.append(say(self.way.with_link))
        answers = [Answer(_SEND, _("Send"), "enter"), Answer("", _("Go back"), "escape")]

        def answered(value: str | None) -> None:
            if value == _SEND:
                self.later(partial(self._send, confirmed=bool(meanwhile)))

        self.app.push_screen(Ask(_("Send"), lines, answers), answered)

    async def _send(self, *, confirmed: bool) -> None:
        text = self.text
        # Kept first: whatever becomes of the reply, its words are there.
        await self.keep()
        if self.keeper is not None:
            await self.keeper.close()
        parcel = Parcel(self.conversation, text, self.lang, self._answers, confirmed=confirmed)
        self.hub.work(deliver(self.hub, parcel), "send")
        self.dismiss(Ended(sent=True, said=_("Sending to {name}…").format(name=self.to)))

    @property
    def _answers(self) -> int | None:
        """The message answered: the one asked for, else the one the counter and names are of."""
        return self.mention or (self.way.mention if self.way is not None else 0) or None

    # --- by hand -------------------------------------------------------------------------------

    def _copy_out(self) -> None:
        """Copy the text, open the post, and ask whether she sent it."""
        text = self.text
        self.app.copy_to_clipboard(text)
        way = self.way
        link = check_link(way.address) if way is not None else None
        lines: list[str] = []
        if way is not None and way.why is not None:
            lines.append(say(way.why))
        lines.append(_("The text is copied."))
        answers = [
            Answer(_THERE, _("Yes: it is answered"), "y"),
            Answer(_NOT_YET, _("Not yet: keep the draft"), "n"),
        ]
        if link is None:
            lines.append(_("This post has no web address that can be opened."))
        elif not link.doubtful and open_link(link):
            lines.append(_("Opened {host} in the browser.").format(host=link.host))
        else:
            lines.append(
                _("{host} mixes alphabets, as false addresses do: not opened.").format(
                    host=link.host
                )
                if link.doubtful
                else _("No browser can be seen here. The address: {url}").format(url=link.url)
            )
            answers.append(
                Answer(_ADDRESS, _("Copy the address"), "a", partial(self._copied, link.url))
            )
        answers.append(Answer(_AGAIN, _("Copy the text again"), "t", partial(self._copied, text)))
        lines.append(_("Did you send it?"))

        def answered(value: str | None) -> None:
            if value == _THERE:
                self.later(partial(self._by_hand, text))
            else:
                self.tell(_("The draft is kept."))

        self.app.push_screen(Ask(_("Answer by hand"), lines, answers), answered)

    def _copied(self, text: str) -> str:
        self.app.copy_to_clipboard(text)
        return _("Copied.")

    async def _by_hand(self, text: str) -> None:
        desk = self.desk
        await self.keep()
        if self.keeper is not None:
            await self.keeper.close()
        outcome = await desk.outbox.by_hand(self.conversation, text, actor=desk.actor)
        if outcome.done:
            self.dismiss(Ended(sent=True, said=say(outcome.sentence), undo=True))
        else:
            self.refuse(say(outcome.sentence))

    # --- beginning from a text -----------------------------------------------------------------

    def do_write_template(self) -> None:
        """Choose a text to begin with."""
        self.later(self._offer_templates)

    async def _offer_templates(self) -> None:
        from tui.screens.template_picker import EDIT, TemplatePicker, offered

        desk, row = self.desk, self.thread.conversation
        listed = await offered(desk, self.conversation, self.lang, row.brand if row else "")
        answered = self.answered
        theirs = [one_line(one.text) for one in reversed(self.thread.mentions)]
        name = (answered.author_name or answered.author) if answered is not None else ""
        values = {
            "name": one_line(name),
            "brand": row.brand if row is not None else "",
            "order": order_number(theirs),
        }

        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            if choice.value == EDIT:
                self.do_templates()
            elif isinstance(choice.value, str):
                self._begin_from(choice.value)

        self.app.push_screen(TemplatePicker(listed, values), chosen)

    def _begin_from(self, text: str) -> None:
        from listeners.replying.templates import FIELDS

        self.box.put(text)
        self.box.focus()
        for field in FIELDS:
            if self.box.select_first("{" + field + "}"):
                self.tell(
                    _("Type over {field}: it is not known here.").format(field=f"{{{field}}}")
                )
                return

    def do_write_before(self) -> None:
        """Choose one of our last answers to the same person to begin with."""
        said = self.way.said_before if self.way is not None else ()
        if not said:
            self.refuse(_("We never answered this person before."))
            return
        now = self.desk.clock()
        listed = [
            Choice(
                SafeText(one.text),
                one_line(one.text),
                f"{moment(said_at(one), now)} {said_by(one)}",
            )
            for one in said
        ]

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self.box.put(str(choice.value))
                self.box.focus()

        hint = _("words of it")
        self.app.push_screen(
            Picker(_("Our last answers"), partial(narrowed, listed), hint=hint), chosen
        )

    def do_write_language(self) -> None:
        """Choose the language the reply is marked with."""
        row = self.thread.conversation
        brand = self.desk.config.brand(row.brand) if row is not None else None
        first = [self.lang, self.way.lang if self.way is not None else ""]
        listed = [
            Choice(code, tongue(code), code)
            for code in tongues([*first, *(brand.languages if brand is not None else ())])
        ]

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self.lang = str(choice.value)
                self.changed()
                self.lay_out()

        title = _("Which language is the reply in?")
        self.app.push_screen(Picker(title, partial(narrowed, listed), hint=_("a language")), chosen)

    # --- looking and leaving -------------------------------------------------------------------

    def do_write_preview(self) -> None:
        """Show exactly what goes out; where there is room it stands beside the box anyway."""
        if self.has_class("-wide") or self.has_class("-huge"):
            self.tell(_("The preview stands beside the box."))
            return
        self.set_class(not self.has_class("-previewing"), "-previewing")
        if self.has_class("-previewing"):
            self.preview.focus()
        else:
            self.box.focus()
        self.lay_out()

    def do_write_discard(self) -> None:
        """Throw the draft away; undo in the box brings it back."""
        if not self.written.text:
            self.refuse(_("There is nothing to throw away."))
            return
        self.box.set_all(self.way.opening if self.way is not None else "")
        self.box.focus()
        self.tell(_("Thrown away. {key} brings it back.").format(key="^z"))

    def do_write_leave(self) -> None:
        """Leave the preview; else leave, and keep the draft."""
        if self.has_class("-previewing"):
            self.do_write_preview()
        else:
            self.later(self._leave)

    async def _leave(self) -> None:
        try:
            await self.keep()
        except StoreError as error:
            if not self._warned:
                self._warned = True
                self.refuse(say(error.sentence))
                return
        key = self.desk.key_of("reply")
        kept = _("The draft is kept; {key} goes on with it.").format(key=key)
        self.dismiss(Ended(sent=False, said=kept if self.written.text else ""))
