"""Forgetting a person from their page: asked for, told what would go, and asked once more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from listeners.actions.forgetting import forget, look_before, may_forget
from listeners.people.rows import PersonRow
from tui.i18n import _, number, say
from tui.log_forgetting import forget_in_log
from tui.people_words import person_name
from tui.screens.asking import Answer, Ask
from tui.widgets.paint import one_line

if TYPE_CHECKING:
    from tui.screens.person import PersonScreen


async def ask_to_forget(screen: PersonScreen, row: PersonRow) -> None:
    """Say what would go and ask; the first answer keeps everything."""
    desk = screen.desk
    why = await may_forget(desk.store, desk.config, desk.actor, row.id)
    if why is not None:
        screen.refuse(say(why))
        return
    held = await look_before(desk.store, desk.config, row.id)
    name = one_line(person_name(row))
    accounts = ", ".join(f"{one.network}:{one.called}" for one in row.accounts)
    lines = [
        _("Everything of {name} is erased for good. This cannot be undone.").format(name=name),
        _("Accounts: {accounts}").format(accounts=one_line(accounts) or "–"),
        _("Mentions erased: {count}").format(count=number(held.mentions)),
        _("Posts of others in which the name is blanked: {count}").format(count=number(held.named)),
        _("Notes, tags and stages go too; what we answered stays, without the name."),
        _("They will not come back. Backups and exports still hold them."),
    ]

    def answered(answer: str | None) -> None:
        if answer == "forget":
            screen.later(partial(_forget, screen, row, name))

    answers = [
        Answer("", _("no, keep everything"), "escape"),
        Answer("forget", _("forget this person for good"), "F"),
    ]
    screen.app.push_screen(Ask(_("Forget this person?"), lines, answers), answered)


async def _forget(screen: PersonScreen, row: PersonRow, name: str) -> None:
    desk = screen.desk
    done = await forget(desk.store, desk.config, desk.actor, row.id, name, desk.clock())
    if done.masking is None:
        screen.refuse(say(done.sentence))
        return
    forget_in_log(done.masking)
    screen.tell(say(done.sentence))
    screen.look_again()
