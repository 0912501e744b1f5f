"""An alert on the whole screen: the rule, the number against the usual one, what is behind it."""

from __future__ import annotations

from listeners.model import AlertState
from listeners.risk.band import bands
from listeners.rows import AlertRow
from listeners.store import reads
from tui.desk import Desk
from tui.screens.subject import SubjectScreen
from tui.widgets.alert_page import EpisodePage
from tui.widgets.thread_lines import Thread


class AlertScreen(SubjectScreen):
    """Why it fired, what speaks for it, who has it and what was done."""

    def __init__(self, desk: Desk, alert: int) -> None:
        super().__init__(desk, "alert", alert)

    async def read(self) -> Thread:
        """Return the alert with its evidence and everything that is behind it."""
        desk = self.desk
        thread = await desk.alert(self._subject)
        row = thread.alert
        if row is None:
            return thread
        brand = desk.config.brand(row.brand)
        zone = brand.hours.zone if brand is not None else "UTC"
        found = await reads.episode(desk.store, row, desk.clock(), zone)
        alpha = row.figures.get("alpha")
        usual = (
            bands(found.history, found.starts, alpha if isinstance(alpha, float) else 1e-4)
            if row.rule == "surge"
            else ()
        )
        hidden = any(mention.masked for mention in thread.mentions)
        page = EpisodePage(
            found,
            usual,
            await self._held(row.id) if row.holds else (),
            await self._suggestion() if row.state is AlertState.DISMISSED else "",
            desk.key_of("mute.noise"),
            desk.key_of("reveal") if hidden else "",
        )
        return thread._replace(page=page)

    async def _held(self, alert: int) -> tuple[AlertRow, ...]:
        holders = await reads.held(self.desk.store)
        rows = await self.desk.alert_rows([one for one in holders if holders[one] == alert])
        return tuple(sorted(rows.values(), key=lambda row: (-row.severity, row.id)))

    async def _suggestion(self) -> str:
        from tui.screens.alert_joining import suggestion_for

        return await suggestion_for(self.desk, self._subject)
