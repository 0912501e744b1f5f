"""What new evidence, time and a person's keys do to an alert."""

from __future__ import annotations

from listeners.risk.alert import LIVE, Alert

__all__ = ["LIVE", "Alert"]
