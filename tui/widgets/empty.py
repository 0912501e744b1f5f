"""What an empty list says: why nothing is there, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from listeners.model import SourceState
from listeners.rows import SourceRow
from tui.filtering import NOBODY
from tui.i18n import _, ngettext
from tui.theme import Palette
from tui.widgets.paint import Line, one_line

HEARD = frozenset(
    {
        SourceState.STARTING,
        SourceState.OK,
        SourceState.CATCHING_UP,
        SourceState.UNOFFICIAL_BRIDGE,
    }
)
"""States of a source in which an empty queue means that nothing is to be done."""
_KNOWINGLY = HEARD | {SourceState.OFF, SourceState.RATE_LIMITED}
"""States that need nobody: what was chosen, or goes on by itself."""


def empty_queue(
    sources: Sequence[SourceRow], rate: int, key_of: Callable[[str], str], styles: Palette
) -> list[Line]:
    """Return what an empty queue says; ``rate`` is how much was heard in the last hour."""

    def press(action: str, what: str) -> Line:
        return [(key_of(action), styles.key), (f" {what}", styles.faint)]

    if not sources:
        return [
            [(_("hubbub listens nowhere yet."), styles.strong)],
            [],
            press("panel.sources", _("shows where a source is added")),
        ]
    if any(source.state is SourceState.CATCHING_UP for source in sources):
        return [
            [(_("Catching up with what was missed."), styles.strong)],
            [(_("What needs an answer will appear here."), styles.faint)],
        ]
    if not any(source.state in HEARD for source in sources):
        # An empty pane that looks calm while nothing is heard would be a lie.
        return [
            [(_("Nothing can be heard at present."), styles.warn)],
            [(_("No source answers; hubbub goes on trying."), styles.faint)],
            [],
            press("panel.sources", _("says why, and what to do")),
        ]
    deaf = sum(source.state not in _KNOWINGLY for source in sources)
    told = ngettext(
        "shows why {count} source is not heard", "shows why {count} sources are not heard", deaf
    )
    heard = ngettext(
        "{count} mention in the last hour; none asks for an answer.",
        "{count} mentions in the last hour; none asks for an answer.",
        rate,
    )
    return [
        [("◡", styles.ours)],
        [(_("Nothing needs you."), styles.strong)],
        [(heard.format(count=rate), styles.faint)],
        [],
        press("panel.mentions", _("shows everything heard")),
        *([press("panel.sources", told.format(count=deaf))] if deaf else []),
    ]


def empty_whose(owner: str, me: str, key_of: Callable[[str], str], styles: Palette) -> list[Line]:
    """Return what the queue of one owner says when it is empty; ``NOBODY`` owns what is left."""
    if owner == NOBODY:
        said = _("Nothing is left without an owner.")
    elif owner == me:
        said = _("Nothing of yours is open.")
    else:
        said = _("{name} has nothing open.").format(name=one_line(owner))
    return [
        [(said, styles.strong)],
        [],
        [(key_of("filter.clear"), styles.key), (" " + _("shows everybody's"), styles.faint)],
        [(key_of("whose"), styles.key), (" " + _("shows the next"), styles.faint)],
    ]


def empty_alerts(styles: Palette) -> list[Line]:
    """Return what an empty list of alerts says."""
    return [[(_("All quiet."), styles.ink)], [(_("No alert is live."), styles.faint)]]
