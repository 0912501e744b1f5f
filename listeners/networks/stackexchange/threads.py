"""The whole of a question: its answers and comments, and what of it is no longer there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from listeners.model import BadRecord, Batch, Deletion, Post
from listeners.networks.decoding import UnreadableError, bad_record
from listeners.networks.stackexchange.api import Exchange
from listeners.networks.stackexchange.decode import (
    NETWORK,
    native_id,
    number_of,
    question_of,
    read_answer,
    read_comment,
    read_question,
)

MOST_THREADS = 20
MOST_POSTS = 100
"""Posts whose comments one request brings, and records of a page."""

_WHOLE = {"filter": "withbody", "pagesize": "100"}


class _Thread:
    """What is read of some questions of one site."""

    def __init__(self, site: str, questions: Sequence[int]) -> None:
        self.site = site
        self.questions = questions
        self.posts: list[Post] = []
        self.bad: list[BadRecord] = []
        self.fetched = 0
        self.complete = True
        """Whether every answer and comment came, so that what is missing is gone."""
        self.shows_all = True
        """Whether the page of questions was not cut, so that a question it lacks is gone."""

    async def read(self, exchange: Exchange) -> None:
        """Ask for the questions, their answers, and the comments below both."""
        names = ";".join(map(str, self.questions))
        await self._take(exchange, f"questions/{names}", lambda r: read_question(r, self.site))
        self.shows_all = self.complete
        answers = await self._take(
            exchange, f"questions/{names}/answers", lambda r: read_answer(r, self.site)
        )
        homes: dict[int, tuple[int, int | None]] = {one: (one, None) for one in self.questions}
        for record in answers:
            answer, question = number_of(record, "answer_id"), number_of(record, "question_id")
            if answer is not None and question is not None:
                homes[answer] = (question, answer)
        ids = list(homes)[:MOST_POSTS]
        self.complete = self.complete and len(ids) == len(homes)

        def comment(record: object) -> Post:
            home = homes.get(number_of(record, "post_id") or 0)
            question, answer = home if home else (self.questions[0], None)
            return read_comment(record, self.site, question, answer)

        await self._take(exchange, f"posts/{';'.join(map(str, ids))}/comments", comment)

    async def _take(
        self, exchange: Exchange, method: str, read: Callable[[object], Post]
    ) -> tuple[object, ...]:
        page = await exchange.ask(method, self.site, _WHOLE)
        self.complete = self.complete and not page.more
        self.fetched += len(page.items)
        for record in page.items:
            try:
                self.posts.append(read(record))
            except UnreadableError as fault:
                self.bad.append(bad_record(record, fault))
                self.complete = False
        return page.items

    def gone(self, known: Iterable[str]) -> list[str]:
        """Return which of these posts are no longer there."""
        here = {post.native_id for post in self.posts}
        roots = {native_id(self.site, one) for one in self.questions}
        lost = [one for one in known if one not in here]
        if self.complete:
            return lost
        # What lacks an answer or a comment still shows every question there is.
        return [one for one in lost if one in roots] if self.shows_all and not self.bad else []


async def read_threads(
    exchange: Exchange, native_ids: Sequence[str], below: Callable[[str], Iterable[str]]
) -> Batch:
    """Return the questions around these posts; ``below`` names what is known below a question.

    Raises:
        SourceError: Stack Exchange refused, or must be left alone for a while.
    """
    asked: dict[str, dict[int, None]] = {}
    for one in list(dict.fromkeys(native_ids))[:MOST_THREADS]:
        if found := question_of(one):
            asked.setdefault(found[0], {})[found[1]] = None
    posts: list[Post] = []
    bad: list[BadRecord] = []
    gone: list[str] = []
    fetched = 0
    for site, questions in asked.items():
        thread = _Thread(site, list(questions))
        await thread.read(exchange)
        known = [one for one in native_ids if (question_of(one) or ("", 0))[0] == site]
        for question in questions:
            root = native_id(site, question)
            known += [one for one in below(root) if one == root or one.startswith(f"{root}#")]
        gone += thread.gone(known)
        posts += thread.posts
        bad += thread.bad
        fetched += thread.fetched
    return Batch(
        posts=tuple(posts),
        deletions=tuple(Deletion(NETWORK, one) for one in dict.fromkeys(gone)),
        bad=tuple(bad),
        fetched=fetched,
    )
