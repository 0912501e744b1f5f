"""Looking: every candidate is tried with a request, a few at once, and proposed as it answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final, NamedTuple

from listeners.clock import Clock, utc_now
from listeners.discovery.candidate import Candidate, Found, Hosts, Proposal, Verdict, netloc_of
from listeners.discovery.rules import candidates
from listeners.http import Answer, Fetcher, HttpError
from listeners.model import Sentence, SourceState
from listeners.networks.contract import SourceError
from listeners.store import Store
from listeners.store.budgets import StoredBudgets
from listeners.store.quotas import StoredLedger
from listeners.supervisor import spawn

AT_ONCE: Final = 6
SECONDS: Final = 12.0
"""How long one server may take: a person is waiting."""
PATIENCE: Final = 30.0
"""Seconds after which a place whose turn has not come (Reddit's feeds) is proposed untried."""
MOST_REQUESTS: Final = 60
CAP: Final = 2 * 2**20
"""Bytes of one answer."""
_ABSENT: Final = frozenset({400, 404, 410, 422})
"""Statuses that say: there is no such thing here."""
_SILENT: Final = frozenset({Verdict.UNTRIED, Verdict.ELSEWHERE, Verdict.NOTHING})


class _Tried(NamedTuple):
    """What came of one candidate."""

    proposal: Proposal | None = None
    more: tuple[Candidate, ...] = ()


class Discovery:
    """Finds what a text names. One for each search; ``known`` are the keys of sources there are.

    Only the server that was typed may be on a private network: what pages and answers lead to is
    asked under the guard every listener is under.
    """

    def __init__(
        self,
        fetch: Fetcher,
        *,
        hosts: Hosts | None = None,
        known: Collection[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        self._fetch = fetch
        self._hosts = hosts or Hosts()
        self._known = frozenset(known)
        self._patience = patience
        self._inside: set[str] = set()
        self._asked = 0

    async def look(self, text: str) -> AsyncGenerator[Proposal, None]:
        """Yield what is proposed, as the answers come, and in the end what gave none.

        Close the generator to stop looking.
        """
        waiting = deque((one, True) for one in candidates(text, self._hosts))
        running: dict[asyncio.Task[_Tried], None] = {}
        seen: set[str] = set()
        silent: list[Proposal] = []
        try:
            while waiting or running:
                while waiting and len(running) < AT_ONCE:
                    wish, typed = waiting.popleft()
                    running[spawn("discovery", self._tried(wish, typed=typed))] = None
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in [one for one in running if one.done()]:
                    del running[task]
                    tried = task.result()
                    waiting.extend((one, False) for one in tried.more)
                    found = tried.proposal
                    if found is not None and (name := _name(found)) not in seen:
                        seen.add(name)
                        if found.verdict in _SILENT:
                            silent.append(found)
                        else:
                            yield found
            for one in silent:
                yield one
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _tried(self, wish: Candidate, *, typed: bool) -> _Tried:
        if not wish.urls or wish.read is None:
            said = wish.said or Sentence("It cannot be tried from here.")
            verdict = Verdict.ELSEWHERE if wish.way_round else Verdict.UNTRIED
            return _Tried(self._proposal(wish, verdict, said))
        refusal: SourceError | None = None
        for url in wish.urls:
            try:
                async with asyncio.timeout(self._patience):
                    answer, private = await self._answer(wish, url, typed=typed)
            except TimeoutError:
                said = Sentence("Other sources have their turn there first. It can be added.")
                return _Tried(self._proposal(wish, Verdict.UNTRIED, said))
            except SourceError as error:
                if not (isinstance(error, HttpError) and error.status in _ABSENT):
                    refusal = refusal or error
                continue
            # Reading a feed or a page takes up to a second, in which the screen must not stand.
            found = await asyncio.to_thread(wish.read, wish, answer, self._hosts)
            if found is not None:
                return self._found(wish, found, private=private)
        if wish.guess:
            return _Tried()
        if refusal is not None:
            verdict = Verdict.REFUSED if wish.source else Verdict.NOTHING
            return _Tried(self._proposal(wish, verdict, refusal.sentence))
        said = Sentence("Is it spelt as the network spells it?")
        return _Tried(self._proposal(wish, Verdict.NOTHING, said))

    def _found(self, wish: Candidate, found: Found, *, private: bool) -> _Tried:
        if found.said is None:
            return _Tried(None, found.more)
        source = wish.source if found.source is None else found.source
        if private and not source.get("base_url"):
            source = {**source, "allow_private": True}
        told = replace(wish, source=source, hears=found.hears or wish.hears)
        return _Tried(self._proposal(told, Verdict.ANSWERED, found.said), found.more)

    async def _answer(self, wish: Candidate, url: str, *, typed: bool) -> tuple[Answer, bool]:
        """Return the answer of an address, and whether it is on a private network.

        Raises:
            SourceError: as ``Fetcher.get``.
        """
        at_home = bool(wish.home) and netloc_of(url) == wish.home
        private = at_home and wish.home in self._inside
        try:
            return await self._get(wish, url, private or self._hosts.private), private
        except SourceError as error:
            # Whoever types an address of her own network means it; a name that leads there only
            # later, or in what a page links to, does not get this far.
            blocked = error.state is SourceState.BLOCKED and error.unsent
            if not (blocked and typed and at_home and not private):
                raise
        self._inside.add(wish.home)
        return await self._get(wish, url, private=True), True

    async def _get(self, wish: Candidate, url: str, private: bool) -> Answer:
        if self._asked >= MOST_REQUESTS:
            raise SourceError(
                SourceState.FAILING,
                Sentence("This search has asked enough: type it by itself."),
                unsent=True,
            )
        self._asked += 1
        return await self._fetch.get(
            url,
            headers={"accept": wish.accept} if wish.accept else {},
            timeout=SECONDS,
            cap=CAP,
            allow_private=private,
            spacing=wish.spacing,
        )

    def _proposal(self, wish: Candidate, verdict: Verdict, said: Sentence) -> Proposal:
        made = Proposal(
            network=str(wish.source.get("network", "")) or wish.network,
            hears=wish.hears,
            verdict=verdict,
            said=said,
            source=wish.source,
            needs=wish.needs,
        )
        present = bool(made.key) and made.key in self._known
        return replace(made, verdict=Verdict.PRESENT) if present else made


def _name(found: Proposal) -> str:
    """Return what makes two proposals one."""
    return found.key or f"{found.network} {found.hears.template} {dict(found.hears.values)}"


@asynccontextmanager
async def fetching(store: Store | None = None, clock: Clock = utc_now) -> AsyncIterator[Fetcher]:
    """Open what the requests go through; with a store, under the budgets all sources share."""
    if store is None:
        async with Fetcher(clock) as fetch:
            yield fetch
        return
    async with Fetcher(clock, StoredBudgets(store), StoredLedger(store)) as fetch:
        yield fetch
