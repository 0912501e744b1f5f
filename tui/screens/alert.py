"""An alert on the whole screen: the rule, the number against the usual one, and the evidence."""

from __future__ import annotations

from tui.desk import Desk
from tui.screens.subject import SubjectScreen


class AlertScreen(SubjectScreen):
    """Why it fired, what speaks for it, who has it and what was done."""

    def __init__(self, desk: Desk, alert: int) -> None:
        super().__init__(desk, "alert", alert)
