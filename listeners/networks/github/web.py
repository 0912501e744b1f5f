"""GitHub's addresses: what names a repository, an issue, a discussion or a comment for good.

A native id is the address a person would open: ``https://github.com/OWNER/NAME/issues/7`` and
``…/issues/7#issuecomment-12``; a remark on a line of a pull request's code ends in
``#discussion_r12``, what a review says in ``#pullrequestreview-12``. It is in every answer, also
of GitHub Enterprise, and from it follows where a comment belongs and where an answer goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from listeners.config import SourceConfig

NETWORK = "github"
TITLE = "GitHub"
DEFAULT_SERVER = "https://api.github.com"

_NAME = r"[A-Za-z0-9_.-]{1,100}"
REPOSITORY = re.compile(rf"{_NAME}/{_NAME}")
_PLACE = re.compile(
    rf"/({_NAME})/({_NAME})/(issues|pull|discussions)/(\d{{1,10}})"
    r"(?:#((?:issue|discussion)comment-|discussion_r|pullrequestreview-)(\d{1,15}))?"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a post stands. ``comment`` is ``None`` for the issue or discussion itself.

    ``on_code``: it is a remark on a line of a pull request; ``review``: what a review says.
    """

    owner: str
    repository: str
    kind: str
    number: int
    comment: int | None = None
    on_code: bool = False
    review: bool = False

    @property
    def path(self) -> str:
        """The repository below ``/repos``."""
        return f"{self.owner}/{self.repository}"

    @property
    def is_discussion(self) -> bool:
        """Whether it is read and answered by GraphQL."""
        return self.kind == "discussions"


class Web:
    """The addresses of one GitHub, and the names our accounts have there."""

    def __init__(self, source: SourceConfig, handles: Iterable[str] = ()) -> None:
        self.api = (source.base_url or DEFAULT_SERVER).rstrip("/")
        parts = urlsplit(self.api)
        at_home = parts.hostname == "api.github.com"
        self.base = "https://github.com" if at_home else f"{parts.scheme}://{parts.netloc}"
        # GitHub Enterprise has its GraphQL beside /api/v3, and not below it.
        self.graphql = f"{self.api.removesuffix('/v3')}/graphql"
        self.name = TITLE if at_home else parts.netloc
        self._ours = {login_of(handle).casefold() for handle in handles} - {""}

    def spot_of(self, native_id: str) -> Spot | None:
        """Return where a native id points, ``None`` for one of another server."""
        if not native_id.startswith(f"{self.base}/"):
            return None
        found = _PLACE.fullmatch(native_id.removeprefix(self.base))
        if found is None:
            return None
        comment = int(found[6]) if found[6] else None
        return Spot(
            found[1],
            found[2],
            found[3],
            int(found[4]),
            comment,
            on_code=found[5] == "discussion_r",
            review=found[5] == "pullrequestreview-",
        )

    def is_ours(self, login: str) -> bool:
        """Whether an account, or the owner of a repository, is ours by the configuration."""
        return login.casefold() in self._ours


def login_of(handle: str) -> str:
    """Return the account's name in a handle as configured: with ``@``, or as an address."""
    return handle.strip().rstrip("/").rpartition("/")[2].removeprefix("@")


def root_of(native_id: str) -> str:
    """Return the issue or discussion below which a comment stands."""
    return native_id.partition("#")[0]
