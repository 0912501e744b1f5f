"""How a reading of the past stands, in a sentence: how far back, how much, what stopped it."""

from __future__ import annotations

from listeners.store.backfills import BackfillRow, BackfillState
from listeners.text import clean_line
from tui.formats import date
from tui.i18n import _, number, say


def past_text(row: BackfillRow) -> str:
    """Return how one reading stands."""
    if row.state is BackfillState.WAITING and not row.fetched:
        return _("waits until the present is read")
    read, kept = number(row.fetched), number(row.kept)
    reached = row.before if row.reached is None else row.reached
    match row.state:
        case BackfillState.DONE if row.reached is None:
            said = _("nothing there from before")
        case BackfillState.DONE if reached > row.since:
            said = _("all it still has, back to {day}: {read} read, {kept} kept")
        case BackfillState.DONE:
            said = _("read back to {day}: {read} read, {kept} kept")
        case BackfillState.STOPPED:
            said = _("stopped at {day}: {read} read, {kept} kept")
        case BackfillState.FAILED if not row.fetched:
            said = _("could not be read")
        case BackfillState.FAILED:
            said = _("given up at {day}: {read} read, {kept} kept")
        case _:
            said = _("back to {day}, {read} read, {kept} kept")
    text = said.format(day=date(reached), read=read, kept=kept)
    if row.detail is not None:
        text = f"{text}. {clean_line(say(row.detail))}"
    return text
