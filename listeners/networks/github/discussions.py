"""GitHub's discussions, which only GraphQL knows: found, read, and answered.

Wire format: docs.github.com/graphql, "Using the GraphQL API for Discussions". What is read is
turned into the shape of issues and comments, so that one decoder reads them all. An answer to an
answer goes below the comment that both stand under: discussions are two levels deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from listeners.clock import to_iso
from listeners.model import SECOND, Micros, Sentence, SourceState
from listeners.networks.github.decode import second_of
from listeners.networks.github.server import GitHubServer, RefusedError
from listeners.networks.github.web import Spot

PER_PAGE = 20
MOST_PAGES = 10
"""Pages of a search in one round."""
COMMENTS = 50
"""Comments of a discussion on one page; a search shows the newest page alone."""
REPLIES = 20
MOST_REPLIES = 100
"""Replies below one comment that are read with a whole discussion."""
MOST_SHEETS = 10
"""Pages of comments of one discussion."""

_REACTIONS = {"THUMBS_UP": "+1", "HEART": "heart", "HOORAY": "hooray", "ROCKET": "rocket"}

_POST = """id databaseId url body createdAt updatedAt authorAssociation
author { __typename login url } reactionGroups { content reactors { totalCount } }"""
_COMMENT = f"{_POST} viewerDidAuthor"
_PAGE = "pageInfo { hasPreviousPage startCursor }"


def _comments_query(replies: int, before: str = "") -> str:
    return f"""comments(last: {COMMENTS}{before}) {{ totalCount {_PAGE} nodes {{ {_COMMENT}
replies(last: {replies}) {{ totalCount nodes {{ {_COMMENT} }} }} }} }}"""


_TOP = f"{_POST} title number locked labels(first: 10) {{ nodes {{ name }} }}"
_SEARCH = f"""query($words: String!, $after: String) {{
search(type: DISCUSSION, query: $words, first: {PER_PAGE}, after: $after) {{
pageInfo {{ hasNextPage endCursor }}
nodes {{ ... on Discussion {{ {_TOP} {_comments_query(REPLIES)} }} }} }} }}"""
_READ = f"""query($owner: String!, $name: String!, $number: Int!, $before: String) {{
repository(owner: $owner, name: $name) {{ isArchived discussion(number: $number) {{
{_TOP} {_comments_query(MOST_REPLIES, ", before: $before")} }} }} }}"""
_ADD = f"""mutation($input: AddDiscussionCommentInput!) {{ addDiscussionComment(input: $input) {{
comment {{ {_COMMENT} }} }} }}"""
_DELETE = """mutation($input: DeleteDiscussionCommentInput!) {
deleteDiscussionComment(input: $input) { comment { id } } }"""


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, oldest change first, in the shape of issues and comments.

    ``more``: there is more than was asked for; ``incomplete``: and it may lie anywhere.
    """

    records: tuple[object, ...]
    newest: int | None
    more: bool = False
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Discussion:
    """One discussion: its own id for answering, its records, and what stands under what.

    ``nodes`` are comment ids by database id, ``above`` the comment a reply stands under.
    ``ours`` are the database ids of what this token's account wrote. ``sure_from`` is the second
    from which on nothing is missing: of long lists only the newest were read.
    """

    node: str
    locked: bool
    archived: bool
    records: tuple[Mapping[str, object], ...]
    nodes: Mapping[int, str]
    above: Mapping[int, int]
    ours: frozenset[int]
    sure_from: int


class Discussions:
    """Reads and writes discussions of one GitHub."""

    def __init__(self, server: GitHubServer) -> None:
        self._server = server

    async def search(self, words: str, since: int | None) -> Hits:
        """Return discussions that changed since a second, with their newest comments.

        Raises:
            SourceError: GitHub could not be asked, or understood.
        """
        order = "desc" if since is None else "asc"
        asked = [words, f"sort:updated-{order}"]
        if since is not None:
            asked.append(f"updated:>={to_iso(Micros(since * SECOND))[:19]}Z")
        found: list[Mapping[str, object]] = []
        after: object = None
        for _ in range(1 if since is None else MOST_PAGES):
            data = await self._query(_SEARCH, {"words": " ".join(asked), "after": after})
            search = _table(data.get("search"))
            found += [node for node in _nodes(search) if node.get("url")]
            page = _table(search.get("pageInfo"))
            after = page.get("endCursor") if page.get("hasNextPage") is True else None
            if not isinstance(after, str):
                break
        times = [second_of(node, "updatedAt") or 0 for node in found]
        # Documented for issues alone is that a search keeps the order it is asked for.
        upwards = all(one <= next_ for one, next_ in pairwise(times))
        more = since is not None and isinstance(after, str)
        return Hits(
            tuple(
                record
                for node in sorted(found, key=lambda node: second_of(node, "updatedAt") or 0)
                for record in _records(node)
            ),
            max(times, default=None),
            more=more,
            incomplete=more and not upwards,
        )

    async def older(
        self, words: str, since: int, after: str | None
    ) -> tuple[tuple[object, ...], str | None]:
        """Return a page of the discussions begun since a second, and where the next begins.

        Raises:
            SourceError: GitHub could not be asked, or understood.
        """
        begun = f"created:>={to_iso(Micros(since * SECOND))[:19]}Z"
        asked = {"words": f"{words} {begun} sort:updated-desc", "after": after}
        search = _table((await self._query(_SEARCH, asked)).get("search"))
        page = _table(search.get("pageInfo"))
        below = page.get("endCursor") if page.get("hasNextPage") is True else None
        records = (r for node in _nodes(search) if node.get("url") for r in _records(node))
        return tuple(records), below if isinstance(below, str) else None

    async def read(self, spot: Spot) -> Discussion | None:
        """Return a discussion, ``None`` where it is no longer there or not for us to see.

        Raises:
            SourceError: GitHub could not be asked, or understood.
        """
        repository = await self._sheet(spot, None)
        node = _table(repository.get("discussion"))
        if not isinstance(node.get("id"), str):
            return None
        node = {**node, "comments": await self._all_comments(spot, _table(node.get("comments")))}
        nodes: dict[int, str] = {}
        above: dict[int, int] = {}
        ours: set[int] = set()
        for comment, parent in _comments(node):
            number, own = comment.get("databaseId"), comment.get("id")
            if isinstance(number, int) and isinstance(own, str):
                nodes[number] = own
                if comment.get("viewerDidAuthor") is True:
                    ours.add(number)
                if isinstance(parent, int):
                    above[number] = parent
        return Discussion(
            node=str(node["id"]),
            locked=node.get("locked") is True,
            archived=repository.get("isArchived") is True,
            records=tuple(_records(node)),
            nodes=nodes,
            above=above,
            ours=frozenset(ours),
            sure_from=_sure_from(node),
        )

    async def _sheet(self, spot: Spot, before: str | None) -> Mapping[str, object]:
        """Return a repository with one discussion and a page of its comments."""
        place = {"owner": spot.owner, "name": spot.repository, "number": spot.number}
        data = await self._query(_READ, {**place, "before": before}, missing=True)
        return _table(data.get("repository"))

    async def _all_comments(self, spot: Spot, newest: Mapping[str, object]) -> Mapping[str, object]:
        """Return a discussion's comments with the pages above the newest one."""
        nodes = list(_nodes(newest))
        page = _table(newest.get("pageInfo"))
        for _ in range(MOST_SHEETS - 1):
            before = page.get("startCursor")
            if page.get("hasPreviousPage") is not True or not isinstance(before, str):
                break
            above = _table((await self._sheet(spot, before)).get("discussion"))
            comments = _table(above.get("comments"))
            nodes[:0] = _nodes(comments)
            page = _table(comments.get("pageInfo"))
        return {**newest, "nodes": nodes}

    async def add(self, discussion: str, below: str | None, body: str) -> Mapping[str, object]:
        """Write a comment and return its record; ``below`` is the comment it stands under.

        Raises:
            RefusedError: GitHub said no, and nothing was made.
            SourceError: it may have been made or not.
        """
        asked: dict[str, object] = {"discussionId": discussion, "body": body}
        if below is not None:
            asked["replyToId"] = below
        data = await self._query(_ADD, {"input": asked})
        comment = _table(_table(data.get("addDiscussionComment")).get("comment"))
        if not comment.get("url"):
            raise self._server.odd_answer()
        return _record(comment)

    async def delete(self, node: str) -> None:
        """Delete a comment. Raises as ``add``."""
        await self._query(_DELETE, {"input": {"id": node}})

    async def _query(
        self, query: str, variables: Mapping[str, object], *, missing: bool = False
    ) -> Mapping[str, object]:
        """Ask GraphQL, which tells its refusals in an answer of status 200."""
        body = {"query": query, "variables": dict(variables)}
        answer = _table(await self._server.post(self._server.web.graphql, body))
        errors = answer.get("errors")
        data = _table(answer.get("data"))
        if isinstance(errors, list) and errors:
            kinds = {str(_table(one).get("type", "")) for one in errors}
            if missing and kinds == {"NOT_FOUND"}:
                return data
            raise self._refused(kinds, str(_table(errors[0]).get("message", "")))
        if not data:
            raise self._server.odd_answer()
        return data

    def _refused(self, kinds: set[str], said: str) -> RefusedError:
        values = {"server": self._server.web.name}
        if "RATE_LIMITED" in kinds:
            return RefusedError(
                429,
                SourceState.RATE_LIMITED,
                Sentence(
                    "{server} allows no more requests for now. hubbub waits and goes on from the "
                    "same place.",
                    values,
                ),
                said,
            )
        sentence = Sentence(
            "{server} does not let this token at discussions. It needs the permission "
            "Discussions (read and write, to answer); nothing was lost.",
            values,
        )
        status = 403 if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"} else 422
        return RefusedError(status, SourceState.NEEDS_TOKEN, sentence, said)


def _records(discussion: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """Yield a discussion and its comments in the shape of an issue and its comments."""
    total = _table(discussion.get("comments")).get("totalCount")
    labels = [{"name": label.get("name")} for label in _nodes(discussion.get("labels"))]
    yield {
        **_record(discussion),
        "title": discussion.get("title"),
        "labels": labels,
        "comments": total,
        "locked": discussion.get("locked"),
    }
    for comment, _ in _comments(discussion):
        yield _record(comment)


def _record(node: Mapping[str, object]) -> dict[str, object]:
    author = _table(node.get("author"))
    login = author.get("login")
    user = {"login": login, "html_url": author.get("url"), "type": author.get("__typename")}
    return {
        "html_url": node.get("url"),
        "node_id": node.get("id"),
        "body": node.get("body"),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "author_association": node.get("authorAssociation"),
        "user": user if isinstance(login, str) else None,
        "reactions": dict(_reactions(node.get("reactionGroups"))),
    }


def _reactions(groups: object) -> Iterator[tuple[str, object]]:
    """Yield how many reacted how, under the names that issues have for it."""
    for group in groups if isinstance(groups, list) else ():
        name = _REACTIONS.get(str(_table(group).get("content")))
        if name is not None:
            yield name, _table(_table(group).get("reactors")).get("totalCount")


def _comments(
    discussion: Mapping[str, object],
) -> Iterator[tuple[Mapping[str, object], object]]:
    """Yield every comment with the database id of the one it stands under."""
    for comment in _nodes(discussion.get("comments")):
        yield comment, None
        for reply in _nodes(comment.get("replies")):
            yield reply, comment.get("databaseId")


def _sure_from(discussion: Mapping[str, object]) -> int:
    lists = [_table(discussion.get("comments"))]
    lists += [_table(comment.get("replies")) for comment in _nodes(discussion.get("comments"))]
    sure = 0
    for one in lists:
        nodes, total = list(_nodes(one)), one.get("totalCount")
        if isinstance(total, int) and total > len(nodes):
            times = [second_of(node, "createdAt") or 0 for node in nodes]
            sure = max(sure, min(times, default=0))
    return sure


def _nodes(value: object) -> Iterable[Mapping[str, object]]:
    nodes = _table(value).get("nodes")
    return [one for one in nodes if isinstance(one, dict)] if isinstance(nodes, list) else []


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
