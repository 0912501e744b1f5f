"""What we send to X, judged by a server made of X's own document; run by ``make servers``.

``HUBBUB_PRISM_X`` is a Prism server (``prism mock``) of X's OpenAPI document. Every request a
source makes of our fake is made to Prism as well, which says where one is not lawful.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fake.http_server import Request
from tests.fake.x import BEARER
from tests.listeners.networks.test_x_official import every_request
from tests.servers.test_official_real import violations

PRISM = os.environ.get("HUBBUB_PRISM_X", "")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not PRISM, reason="no Prism with X's document: HUBBUB_PRISM_X"),
]


@pytest.mark.parametrize("naming", ["post", "tweet"])
async def test_every_request_is_lawful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naming: str
) -> None:
    monkeypatch.setenv("X_BEARER", BEARER)
    requests = await every_request(tmp_path, naming)
    wrong = [await violations(one, PRISM, one.path) for one in requests if "oauth2" not in one.path]
    print(f"{len(wrong)} requests, {sum(map(bool, wrong))} wrong")
    assert [one for one in wrong if one] == []


async def test_prism_sees_what_is_wrong() -> None:
    short = {"query": ["kerlann"], "max_results": ["5"]}
    search = "/2/tweets/search/recent"
    assert await violations(Request("GET", search, short, {}, b""), PRISM, search)
