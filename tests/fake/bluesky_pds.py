"""A small AT Protocol server on loopback: one account's home, and the AppView in one.

    async with FakePds() as server:
        asked = server.post("did:plc:anna", "where is my order?")
        server.gated.add(asked["uri"])

It answers as the PDS of @atproto/dev-env was measured to: a record under a key that exists is a
bare 500, deleting what is not there is a success, an unknown token is a 400.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.fake.http_server import FakeServer, Reply, Request, json_reply

Record = dict[str, Any]

US = "did:plc:us"
POST = "app.bsky.feed.post"
CREATE = "/xrpc/com.atproto.repo.createRecord"
DELETE = "/xrpc/com.atproto.repo.deleteRecord"
GET = "/xrpc/com.atproto.repo.getRecord"
THREAD = "/xrpc/app.bsky.feed.getPostThread"


class FakePds(FakeServer):
    """The server. ``access`` is the token it accepts; a refresh or a sign-in gives the next."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, Record] = {}
        self.handles: dict[str, str] = {"acme.example": US}
        self.gated: set[str] = set()
        self.blocked: dict[str, Record] = {}
        self.unseen: set[str] = set()
        self.deactivated = False
        self.taken_down = False
        self.tells_did = True
        self.sessions = 1
        self._posts = 0

    @property
    def access(self) -> str:
        """The access token that is good now."""
        return f"access{self.sessions}"

    def post(self, did: str, text: str, reply: Record | None = None) -> Record:
        """Let somebody post; returns its ``uri`` and ``cid``."""
        self._posts += 1
        record: Record = {"$type": POST, "text": text, "createdAt": "2026-09-21T14:13:20Z"}
        if reply is not None:
            record["reply"] = reply
        return self._keep(f"at://{did}/{POST}/3k{self._posts:011d}", record)

    def written(self) -> list[Record]:
        """The records of our account, in the order they came."""
        return [one for uri, one in self.records.items() if uri.startswith(f"at://{US}/")]

    def _keep(self, uri: str, record: Record) -> Record:
        self.records[uri] = record
        return {"uri": uri, "cid": cid_of(record)}

    # --- how it answers ------------------------------------------------------------------------

    def _reply(self, request: Request) -> Reply:
        return super()._reply(request) if request.path in self._scripts else self.answer(request)

    def answer(self, request: Request) -> Reply:
        """The ordinary answer of the server."""
        method = request.path.removeprefix("/xrpc/")
        if method == "com.atproto.server.createSession":
            return json_reply(self._session())
        if method == "com.atproto.server.refreshSession":
            return json_reply(self._session())
        if method == "com.atproto.identity.resolveHandle":
            did = self.handles.get(request.one("handle"))
            return json_reply({"did": did}) if did else _error("InvalidRequest", "no such handle")
        if request.headers.get("authorization") != f"Bearer {self.access}":
            return _error("ExpiredToken", "Token has expired")
        if method == "app.bsky.feed.getPostThread":
            return self._thread(request.one("uri"))
        if method == "com.atproto.repo.getRecord":
            return self._record(request)
        if method == "com.atproto.repo.createRecord":
            return self._refusal() or self._create(request)
        if method == "com.atproto.repo.deleteRecord":
            return self._refusal() or self._delete(request)
        return _error("MethodNotImplemented", method, 501)

    def _session(self) -> Record:
        session = {"accessJwt": self.access, "refreshJwt": "refresh"}
        return {**session, "did": US} if self.tells_did else session

    def _refusal(self) -> Reply | None:
        if self.taken_down:
            return _error("AccountTakedown", "Account has been taken down", 401)
        if self.deactivated:
            return _error("AccountDeactivated", "Account is deactivated", 401)
        return None

    def _thread(self, uri: str) -> Reply:
        if uri in self.blocked:
            author = {"did": uri[5:].partition("/")[0], "viewer": self.blocked[uri]}
            view = {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True}
            return json_reply({"thread": {**view, "author": author}})
        record = self.records.get(uri)
        if record is None or uri in self.unseen:
            return _error("NotFound", f"Post not found: {uri}")
        viewer = {"threadMuted": False, **({"replyDisabled": True} if uri in self.gated else {})}
        post = {"uri": uri, "cid": cid_of(record), "record": record, "viewer": viewer}
        return json_reply({"thread": {"$type": "x#threadViewPost", "post": post}})

    def _record(self, request: Request) -> Reply:
        uri = f"at://{request.one('repo')}/{request.one('collection')}/{request.one('rkey')}"
        record = self.records.get(uri)
        if record is None:
            return _error("RecordNotFound", f"Could not locate record: {uri}")
        return json_reply({"uri": uri, "cid": cid_of(record), "value": record})

    def _create(self, request: Request) -> Reply:
        body: Any = request.json()
        uri = f"at://{body['repo']}/{body['collection']}/{body['rkey']}"
        if body["repo"] != US:
            return _error("AuthenticationRequired", "Authentication Required", 401)
        if uri in self.records:
            return _error("InternalServerError", "Internal Server Error", 500)
        if len(body["record"]["text"]) > 300:
            said = "Invalid app.bsky.feed.post record: grapheme too big (maximum 300, got 301)"
            return _error("InvalidRequest", said)
        return json_reply({**self._keep(uri, body["record"]), "validationStatus": "valid"})

    def _delete(self, request: Request) -> Reply:
        body: Any = request.json()
        if body["repo"] != US:
            return _error("AuthenticationRequired", "Authentication Required", 401)
        self.records.pop(f"at://{body['repo']}/{body['collection']}/{body['rkey']}", None)
        return json_reply({})


def cid_of(record: Record) -> str:
    """A name made from a record's content, as a CID is."""
    return "bafy" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:40]


def _error(name: str, message: str, status: int = 400) -> Reply:
    return json_reply({"error": name, "message": message}, status)
