"""Publishing in two steps, as Threads and Instagram want it: a container is made, and when it is
ready it is published. Until then nobody sees anything.

Source: developers.facebook.com/docs/threads/posts and /docs/threads/troubleshooting;
/docs/instagram-platform/content-publishing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listeners.model import Sentence
from listeners.networks.graph.records import id_in, words_of
from listeners.networks.graph.server import GraphServer
from listeners.networks.replying import ReplyRefusedError
from listeners.text import clean_line

ASK_EVERY = 10.0
"""Seconds between two questions whether a container is ready."""
MOST_ASKED = 18


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a network makes containers and publishes them, and where it says how one is."""

    make: str
    publish: str
    state: str


THREADS = Steps("threads", "threads_publish", "status")
INSTAGRAM = Steps("media", "media_publish", "status_code")


async def ready_container(
    server: GraphServer, steps: Steps, account: str, form: Mapping[str, str]
) -> str:
    """Make a container and return its id when it is ready. Nothing is public by then.

    Raises:
        ReplyRefusedError: the network cannot make it, or does not come to an end with it.
        SourceError: the network could not be asked.
    """
    made = await server.post(f"{account}/{steps.make}", form)
    container = id_in(made, "id")
    for _ in range(MOST_ASKED if container else 0):
        told = await server.get(
            container,
            {"fields": f"{steps.state},error_message" if steps is THREADS else steps.state},
            spacing=ASK_EVERY,
        )
        state = words_of(told, steps.state).upper()
        if state == "FINISHED":
            return container
        if state in ("ERROR", "EXPIRED"):
            said = clean_line(words_of(told, "error_message") or state, 100)
            raise ReplyRefusedError(_not_made(server.title, said))
    raise ReplyRefusedError(_not_ready(server.title))


def _not_made(network: str, said: str) -> Sentence:
    return Sentence(
        "{network} could not prepare this for publishing: “{said}”. Nothing was published, and "
        "your text is kept.",
        {"network": network, "said": said},
    )


def _not_ready(network: str) -> Sentence:
    return Sentence(
        "{network} did not get ready to publish this within three minutes. Nothing was published, "
        "and your text is kept; send it again later.",
        {"network": network},
    )
