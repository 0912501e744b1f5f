"""A small GitHub on loopback, with made-up people: issues, comments, search, discussions.

    async with FakeGitHub() as server:
        issue = server.issue("kerlann/boat", "It sinks", "Every day.")
        server.comment(issue, "Here too", by="bob")

With ``token`` set, requests that carry it may write: a comment is there at once, whatever becomes
of the answer. Faults are scripted with ``on``; ``server.answer`` may follow them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from listeners.clock import from_iso, to_iso
from listeners.model import SECOND, Micros
from tests.fake.http_server import FakeServer, Reply, Request, json_reply, status_reply

Record = dict[str, Any]

START = 1_800_000_000


class FakeGitHub(FakeServer):
    """The server. ``now`` is the second new things carry; it moves a minute with each.

    ``most`` is how many hits a search shows of one question, ``late`` keeps issues out of the
    index, ``incomplete`` lets searches run out of time, ``unsorted`` gives discussions the
    wrong way round. ``archived`` are repositories.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.step = 60
        self.token = ""
        self.login = "kerlann"
        self.issues: list[Record] = []
        self.comments: list[Record] = []
        self.remarks: list[Record] = []
        self.reviews: list[Record] = []
        self.notifications: list[Record] = []
        self.discussions: list[Record] = []
        self.archived: set[str] = set()
        self.late: set[str] = set()
        self.incomplete = False
        self.unsorted = False
        self.most = 1000
        self._last = 1000

    # --- what happens there --------------------------------------------------------------------

    def issue(
        self,
        repository: str,
        title: str,
        body: str = "",
        by: str = "ana",
        *,
        pull: bool = False,
        **more: object,
    ) -> Record:
        """Open an issue, or a pull request."""
        number = 1 + sum(one["repository"] == repository for one in self.issues)
        kind = "pull" if pull else "issues"
        record = {
            **self._post(body, by),
            "repository": repository,
            "number": number,
            "html_url": f"{self.url}/{repository}/{kind}/{number}",
            "title": title,
            "labels": [],
            "comments": 0,
            "locked": False,
            "state": "open",
            **({"pull_request": {}} if pull else {}),
            **more,
        }
        self.issues.append(record)
        return record

    def comment(self, issue: Record, body: str, by: str = "bob", **more: object) -> Record:
        """Comment an issue, which thereby counts as updated."""
        record = {**self._post(body, by), "issue": issue["html_url"], **more}
        record["html_url"] = f"{issue['html_url']}#issuecomment-{record['id']}"
        issue["comments"] += 1
        issue["updated_at"] = record["updated_at"]
        self.comments.append(record)
        return record

    def remark(
        self, pull: Record, body: str, by: str = "bob", below: Record | None = None
    ) -> Record:
        """Remark on a line of a pull request, or answer a remark."""
        record = {**self._post(body, by), "issue": pull["html_url"]}
        record["html_url"] = f"{pull['html_url']}#discussion_r{record['id']}"
        if below is not None:
            record["in_reply_to_id"] = below.get("in_reply_to_id", below["id"])
        pull["updated_at"] = record["updated_at"]
        self.remarks.append(record)
        return record

    def review(self, pull: Record, body: str, by: str = "bob") -> Record:
        """Review a pull request; most reviews say nothing themselves."""
        record = {**self._post(body, by), "issue": pull["html_url"], "state": "COMMENTED"}
        record["submitted_at"] = record.pop("created_at")
        del record["updated_at"]
        record["html_url"] = f"{pull['html_url']}#pullrequestreview-{record['id']}"
        self.reviews.append(record)
        return record

    def notify(self, issue: Record, reason: str = "mention") -> None:
        """Tell our account that something was said in an issue."""
        kind, path = ("PullRequest", "pulls") if "pull_request" in issue else ("Issue", "issues")
        url = f"{self.url}/repos/{issue['repository']}/{path}/{issue['number']}"
        self.notifications.insert(
            0,
            {
                "id": str(len(self.notifications) + 1),
                "reason": reason,
                "updated_at": _iso(self.now),
                "subject": {"title": issue["title"], "url": url, "type": kind},
            },
        )

    def discussion(self, repository: str, title: str, body: str = "", by: str = "ana") -> Record:
        """Begin a discussion."""
        number = 1 + len(self.discussions)
        record = {
            **self._node(body, by, f"{self.url}/{repository}/discussions/{number}"),
            "repository": repository,
            "number": number,
            "title": title,
            "locked": False,
            "labels": {"nodes": [{"name": "ideas"}]},
            "said": [],
        }
        self.discussions.append(record)
        return record

    def say(
        self, discussion: Record, body: str, by: str = "bob", below: Record | None = None
    ) -> Record:
        """Comment a discussion, or answer one of its comments."""
        record = self._node(body, by, "")
        record["url"] = f"{discussion['url']}#discussioncomment-{record['databaseId']}"
        record["said"] = []
        (below or discussion)["said"].append(record)
        discussion["updatedAt"] = record["updatedAt"]
        return record

    def edit(self, record: Record, body: str) -> None:
        """Change the words of an issue or comment."""
        self._tick()
        record.update(body=body, updated_at=_iso(self.now))

    def delete(self, record: Record) -> None:
        """Take an issue or a comment away."""
        if record in self.issues:
            self.issues.remove(record)
            return
        self.comments.remove(record)
        for issue in self.issues:
            if issue["html_url"] == record["issue"]:
                issue["comments"] -= 1

    def _post(self, body: str, by: str) -> Record:
        self._tick()
        return {
            "id": self._last,
            "node_id": f"N{self._last}",
            "user": self.user(by),
            "body": body,
            "created_at": _iso(self.now),
            "updated_at": _iso(self.now),
            "author_association": "NONE",
            "reactions": {"total_count": 0, "+1": 0, "-1": 0, "heart": 0},
        }

    def user(self, login: str) -> Record:
        """An account as REST shows it."""
        kind = "Bot" if login.endswith("[bot]") else "User"
        name = login.removesuffix("[bot]")
        path = f"apps/{name}" if kind == "Bot" else name
        return {"login": login, "type": kind, "html_url": f"{self.url}/{path}"}

    def _node(self, body: str, by: str, url: str) -> Record:
        self._tick()
        return {
            "id": f"D_{self._last}",
            "databaseId": self._last,
            "url": url,
            "body": body,
            "createdAt": _iso(self.now),
            "updatedAt": _iso(self.now),
            "authorAssociation": "NONE",
            "author": {"__typename": "User", "login": by, "url": f"{self.url}/{by}"},
            "reactionGroups": [{"content": "THUMBS_UP", "reactors": {"totalCount": 0}}],
            "viewerDidAuthor": by == self.login,
        }

    def _tick(self) -> None:
        self._last += 1
        self.now += self.step

    # --- how it answers ------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the server."""
        told = request.headers.get("authorization")
        if told is not None and told != f"Bearer {self.token}":
            return json_reply({"message": "Bad credentials"}, 401)
        signed_in = told is not None
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["search", "issues"]:
                return self._search(request)
            case "GET", ["notifications"] if signed_in:
                return self._notifications(request)
            case "GET", ["user"] if signed_in:
                return json_reply(self.user(self.login))
            case "POST", ["graphql"] if signed_in:
                return self._graphql(request)
            case "GET", ["repos", owner, name]:
                path = f"{owner}/{name}"
                return json_reply({"full_name": path, "archived": path in self.archived})
            case "GET", ["repos", owner, name, "issues"]:
                here = [i for i in self.issues if i["repository"] == f"{owner}/{name}"]
                return self._list(request, here)
            case "GET", ["repos", owner, name, "issues", "comments"]:
                front = f"{self.url}/{owner}/{name}/"
                return self._list(
                    request, [c for c in self.comments if c["issue"].startswith(front)]
                )
            case "GET", ["repos", owner, name, "issues", number]:
                found = self._issue(f"{owner}/{name}", number)
                return json_reply(found) if found else json_reply({"message": "Not Found"}, 404)
            case "GET", ["repos", owner, name, "issues", number, "comments"]:
                found = self._issue(f"{owner}/{name}", number)
                if found is None:
                    return json_reply({"message": "Not Found"}, 404)
                below = [c for c in self.comments if c["issue"] == found["html_url"]]
                return self._list(request, below)
            case "GET", ["repos", owner, name, "pulls", "comments"]:
                front = f"{self.url}/{owner}/{name}/"
                return self._list(request, [c for c in self.remarks if front in c["issue"]])
            case "GET", ["repos", _, _, "pulls", "comments", number]:
                one = next((c for c in self.remarks if str(c["id"]) == number), None)
                return json_reply(one) if one else json_reply({"message": "Not Found"}, 404)
            case "GET", ["repos", owner, name, "pulls", number, "comments" | "reviews" as what]:
                found = self._issue(f"{owner}/{name}", number)
                held = self.remarks if what == "comments" else self.reviews
                address = found["html_url"] if found else ""
                return self._list(request, [c for c in held if c["issue"] == address])
            case "POST", ["repos", owner, name, "pulls", number, "comments", first, "replies"] if (
                signed_in
            ):
                return self._answer_remark(request, f"{owner}/{name}", number, first)
            case "DELETE", ["repos", _, _, "pulls", "comments", number] if signed_in:
                self.remarks = [c for c in self.remarks if str(c["id"]) != number]
                return status_reply(204)
            case "POST", ["repos", owner, name, "issues", number, "comments"] if signed_in:
                return self._comment(request, f"{owner}/{name}", number)
            case "DELETE", ["repos", _, _, "issues", "comments", number] if signed_in:
                return self._remove(number)
        return json_reply({"message": "Not Found"}, 404)

    def _reply(self, request: Request) -> Reply:
        if request.path in self._scripts:
            return super()._reply(request)
        return self.answer(request)

    def _issue(self, repository: str, number: str) -> Record | None:
        return next(
            (
                one
                for one in self.issues
                if (one["repository"], str(one["number"])) == (repository, number)
            ),
            None,
        )

    def _list(self, request: Request, records: Sequence[Record]) -> Reply:
        since = request.one("since")
        shown = [r for r in records if not since or _second(r["updated_at"]) >= _second(since)]
        if by := request.one("sort"):
            down = request.one("direction") == "desc"
            shown.sort(key=lambda r: (_second(r[f"{by}_at"]), r["id"]), reverse=down)
        page, size = int(request.one("page", "1")), int(request.one("per_page", "30"))
        body = shown[(page - 1) * size : page * size]
        tag = f'"{hash(json.dumps(body)) & 0xFFFFFF:x}"'
        if request.headers.get("if-none-match") == tag:
            return status_reply(304, etag=tag)
        return json_reply(body, etag=tag)

    def _search(self, request: Request) -> Reply:
        asked = request.one("q")
        if not re.search(r"\bis:(issue|pull-request)\b", asked):
            return json_reply({"message": "Validation Failed"}, 422)
        pulls = "is:pull-request" in asked
        since = re.search(r"updated:>=(\S+)", asked)
        created = re.search(r"created:(\S+?)\.\.(\S+)", asked)
        words = re.sub(r"\S+:\S+", "", asked).replace('"', "").strip().lower()
        found = []
        for one in self.issues:
            said = [one["title"], one["body"]]
            said += [c["body"] for c in self.comments if c["issue"] == one["html_url"]]
            if since and _second(one["updated_at"]) < _second(since[1]):
                continue
            if created and not _is_between(one["created_at"], created[1], created[2]):
                continue
            if ("pull_request" in one) is pulls and words in " ".join(said).lower():
                found.append(one)
        found = [one for one in found if one["html_url"] not in self.late]
        down = request.one("order") == "desc"
        by = f"{request.one('sort')}_at"
        found.sort(key=lambda r: (_second(r[by]), r["id"]), reverse=down)
        page, size = int(request.one("page", "1")), int(request.one("per_page", "30"))
        shown = found[: self.most][(page - 1) * size : page * size]
        if self.incomplete:
            shown = shown[:1]
        return json_reply(
            {"total_count": len(found), "incomplete_results": self.incomplete, "items": shown}
        )

    # --- writing -------------------------------------------------------------------------------

    def _comment(self, request: Request, repository: str, number: str) -> Reply:
        found = self._issue(repository, number)
        if found is None:
            return json_reply({"message": "Not Found"}, 404)
        if repository in self.archived:
            return json_reply({"message": "Repository was archived so is read-only."}, 403)
        if found["locked"]:
            return json_reply({"message": "Unable to create comment because it is locked."}, 403)
        body = str(dict(json.loads(request.body))["body"])
        if len(body) > 65_536:
            return json_reply({"message": "Validation Failed"}, 422)
        made = self.comment(found, body.replace("\n", "\r\n"), by=self.login)
        return json_reply(made, 201)

    def _answer_remark(self, request: Request, repository: str, number: str, first: str) -> Reply:
        pull = self._issue(repository, number)
        above = next((c for c in self.remarks if str(c["id"]) == first), None)
        if pull is None or above is None or "in_reply_to_id" in above:
            return json_reply({"message": "Not Found"}, 404)
        body = str(dict(json.loads(request.body))["body"])
        return json_reply(self.remark(pull, body, by=self.login, below=above), 201)

    def _notifications(self, request: Request) -> Reply:
        newest = self.notifications[0]["updated_at"] if self.notifications else ""
        if newest and request.headers.get("if-modified-since") == newest:
            return status_reply(304)
        since = _second(request.one("since"))
        shown = [one for one in self.notifications if _second(one["updated_at"]) >= since]
        page, size = int(request.one("page")), int(request.one("per_page"))
        head = {"last-modified": newest} if newest else {}
        body = shown[(page - 1) * size : page * size]
        return json_reply(body, 200, x_poll_interval="60", **head)

    def _remove(self, number: str) -> Reply:
        found = next((c for c in self.comments if str(c["id"]) == number), None)
        if found is None:
            return json_reply({"message": "Not Found"}, 404)
        if found["user"]["login"] != self.login:
            return json_reply({"message": "Must have admin rights to Repository."}, 403)
        self.delete(found)
        return status_reply(204)

    # --- discussions ---------------------------------------------------------------------------

    def _graphql(self, request: Request) -> Reply:
        asked = json.loads(request.body)
        query, variables = asked["query"], asked["variables"]
        if "addDiscussionComment" in query:
            return self._add(variables["input"])
        if "deleteDiscussionComment" in query:
            for discussion in self.discussions:
                for held in (discussion, *discussion["said"]):
                    gone = variables["input"]["id"]
                    held["said"] = [c for c in held["said"] if c["id"] != gone]
            return json_reply({"data": {"deleteDiscussionComment": {"comment": None}}})
        if "search(" in query:
            return self._search_discussions(variables["words"], variables["after"])
        path = f"{variables['owner']}/{variables['name']}"
        found = [d for d in self.discussions if d["repository"] == path]
        found = [d for d in found if d["number"] == variables["number"]]
        if not found:
            error = {"type": "NOT_FOUND", "message": "Could not resolve to a Discussion"}
            return json_reply({"data": {"repository": None}, "errors": [error]})
        home = {
            "isArchived": path in self.archived,
            "discussion": shown_discussion(found[0], variables["before"], 100),
        }
        return json_reply({"data": {"repository": home}})

    def _search_discussions(self, asked: str, after: str | None) -> Reply:
        since = re.search(r"updated:>=(\S+)", asked)
        created = re.search(r"created:>=(\S+)", asked)
        repository = re.search(r"repo:(\S+)", asked)
        words = re.sub(r"\S+:\S+", "", asked).replace('"', "").strip().lower()
        found = [
            one
            for one in self.discussions
            if not since or _second(one["updatedAt"]) >= _second(since[1])
            if not created or _second(one["createdAt"]) >= _second(created[1])
        ]
        found = [d for d in found if not repository or d["repository"] == repository[1]]
        found = [d for d in found if words in f"{d['title']} {d['body']}".lower()]
        down = "sort:updated-desc" in asked or self.unsorted
        found.sort(key=lambda one: _second(one["updatedAt"]), reverse=down)
        start = int(after or 0)
        nodes = [shown_discussion(one) for one in found[start : start + 20]]
        more = {"hasNextPage": len(found) > start + 20, "endCursor": str(start + 20)}
        return json_reply({"data": {"search": {"pageInfo": more, "nodes": nodes}}})

    def _add(self, asked: Record) -> Reply:
        found = next(one for one in self.discussions if one["id"] == asked["discussionId"])
        below = next((c for c in found["said"] if c["id"] == asked.get("replyToId")), None)
        if asked.get("replyToId") and below is None:
            error = {"type": "UNPROCESSABLE", "message": "Parent comment is already in a thread"}
            return json_reply({"data": None, "errors": [error]})
        made = self.say(found, asked["body"], by=self.login, below=below)
        return json_reply({"data": {"addDiscussionComment": {"comment": made}}})


def shown_discussion(discussion: Record, before: str | None = None, replies: int = 20) -> Record:
    """A discussion as GraphQL shows it, with the page of its comments ``before`` a cursor."""
    comments = []
    for comment in discussion["said"]:
        below = comment["said"]
        shown = {"totalCount": len(below), "nodes": below[-replies:]}
        comments.append({**comment, "replies": shown})
    end = len(comments) if before is None else int(before)
    start = max(0, end - 50)
    page = {"hasPreviousPage": start > 0, "startCursor": str(start)}
    held = {"totalCount": len(comments), "pageInfo": page, "nodes": comments[start:end]}
    return {**discussion, "comments": held}


def _iso(second: int) -> str:
    return to_iso(Micros(second * SECOND))[:19] + "Z"


def _second(text: str) -> int:
    return from_iso(text) // SECOND


def _is_between(at: str, low: str, high: str) -> bool:
    return _second(low) <= _second(at) and (high == "*" or _second(at) <= _second(high))
