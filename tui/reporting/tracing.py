"""The commands that list the rows a figure is made of, as they are typed into a shell."""

from __future__ import annotations

import shlex

from listeners.clock import to_datetime
from listeners.model import Micros
from listeners.reports.stretches import Stretch


def time_text(at: Micros) -> str:
    """Return a time as the commands read it: the shortest ISO 8601 that loses nothing."""
    moment = to_datetime(at)
    if moment.time().isoformat() == "00:00:00":
        return f"{moment:%Y-%m-%d}"
    bare = moment.replace(tzinfo=None).isoformat(
        timespec="minutes" if not moment.second and not moment.microsecond else "auto"
    )
    return f"{bare}Z"


class Tracing:
    """Commands for one brand and one stretch [since, until)."""

    def __init__(self, brand: str, stretch: Stretch, since: Micros, until: Micros) -> None:
        self._brand = f"--brand {shlex.quote(brand)}"
        self._stretch = stretch
        self._times = f"--since {time_text(since)} --until {time_text(until)}"

    def mentions(
        self, *, label: str = "", network: str = "", person: int = 0, campaign: str = ""
    ) -> str:
        """List what others said."""
        more = ["--others"]
        if label:
            more.append(f"--label {label}")
        if network:
            more.append(f"--network {shlex.quote(network)}")
        if person:
            more.append(f"--no-reposts --person {person}")
        if campaign:
            more.append(f"--campaign {shlex.quote(campaign)}")
        return f"hubbub mentions {self._brand} {self._times} {' '.join(more)}"

    def conversations(self) -> str:
        """List the conversations that were opened and asked for an answer."""
        return f"hubbub convs {self._brand} {self._times} --asked --state all"

    def responses(self) -> str:
        """List every answer, and who waits now."""
        return f"hubbub responses {self._brand} {self._times} --rows"

    def alerts(self) -> str:
        """List the alerts that were going on."""
        return f"hubbub alerts {self._brand} {self._times} --state all"

    def part(self, name: str) -> str:
        """List the rows of a part of the report itself."""
        return f"{self.report()} --rows {name}"

    def report(self) -> str:
        """Make the report again."""
        return (
            f"hubbub report --{self._stretch.kind} {shlex.quote(self._stretch.name)} {self._brand}"
        )

    def campaign(self, name: str) -> str:
        """List the mentions of a campaign."""
        return f"hubbub campaigns mentions {shlex.quote(name)} {self._brand}"

    def whole(self, command: str) -> str:
        """Ask something of the brand that has no stretch."""
        return f"hubbub {command} {self._brand}"
