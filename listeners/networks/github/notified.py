"""What GitHub itself tells this token's account of: the threads it was named in or takes part in.

Wire format: docs.github.com/rest/activity/notifications; classic tokens alone may read them. A
search learns late of a mention, and never of one in a repository that is not indexed; a
notification says in which thread something was said, and the thread is then read.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from listeners.clock import Clock, to_iso
from listeners.model import SECOND, Micros
from listeners.networks.github.decode import second_of
from listeners.networks.github.server import GitHubServer
from listeners.networks.harvest import HISTORY
from listeners.networks.recent import Recent

PER_PAGE = 50
MOST_PAGES = 4
MOST_THREADS = 40
"""Threads told of in one round, two requests or more each; the others wait for the next."""
OVERLAP = 60
"""Seconds below the newest notification that are asked for again."""

_KINDS = {"Issue": ("issues", "issues"), "PullRequest": ("pulls", "pull")}
"""How a subject's address spells its kind, and how people's addresses do."""
_MOST_FOLLOWED = 2_000
_PATH = "/notifications"


@dataclass(frozen=True, slots=True)
class Told:
    """One notification: the address of its thread, and the second it is of."""

    thread: str
    at: int


class Notifications:
    """Reads the notifications of one account."""

    def __init__(self, server: GitHubServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._modified = ""
        self._followed: Recent[str, int] = Recent(_MOST_FOLLOWED)

    async def since(self, mark: int | None) -> AsyncGenerator[Told, None]:
        """Yield what was told since a second, oldest first; of the last days without one.

        Read or unread: a person who looks at them on the web must not hide them from the team.

        Raises:
            RefusedError: GitHub does not show them to this token.
            SourceError: it could not be asked, or understood.
        """
        start = (self._clock() - HISTORY) // SECOND if mark is None else mark - OVERLAP
        asked = [
            ("all", "true"),
            ("participating", "true"),
            ("since", f"{to_iso(Micros(max(0, start) * SECOND))[:19]}Z"),
            ("per_page", str(PER_PAGE)),
        ]
        found: dict[str, Told] = {}
        modified = ""
        for page in range(1, MOST_PAGES + 1):
            answer = await self._server.ask(
                _PATH,
                [*asked, ("page", str(page))],
                headers={"if-modified-since": self._modified} if self._modified else None,
            )
            if answer.status == 304:
                return
            records = answer.json()
            if not isinstance(records, list):
                raise self._server.odd_answer()
            modified = modified or answer.headers.get("last-modified", "")
            for record in records:
                told = self._read(record)
                if told is not None:
                    found.setdefault(told.thread, told)
            if len(records) < PER_PAGE:
                break
        news = (one for one in found.values() if self._followed.get(one.thread) != one.at)
        oldest_first = sorted(news, key=lambda one: one.at)
        for told in oldest_first[:MOST_THREADS]:
            yield told
            # Only here is what was said there known to be stored.
            self._followed.put(told.thread, told.at)
        # Until everything is stored it must not be answered by "not modified".
        if len(oldest_first) <= MOST_THREADS:
            self._modified = modified

    def _read(self, record: object) -> Told | None:
        """Return a notification of an issue or a pull request; anything else tells nothing."""
        subject = record.get("subject") if isinstance(record, dict) else None
        if not isinstance(subject, dict):
            return None
        address, kind = subject.get("url"), _KINDS.get(str(subject.get("type")))
        at = second_of(record)
        if not isinstance(address, str) or kind is None or at is None:
            return None
        front = f"{self._server.web.api}/repos/"
        repository, slash, number = address.removeprefix(front).partition(f"/{kind[0]}/")
        thread = f"{self._server.web.base}/{repository}/{kind[1]}/{number}"
        known = address.startswith(front) and slash and self._server.web.spot_of(thread)
        return Told(thread, at) if known else None
