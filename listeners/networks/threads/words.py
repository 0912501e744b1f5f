"""What a Threads source can and cannot do, and how to get its key, step by step."""

from __future__ import annotations

from listeners.model import Sentence
from listeners.networks.contract import Capability
from listeners.networks.threads.decode import NETWORK, TITLE

CAPABILITY = Capability(
    network=NETWORK,
    title=TITLE,
    search=True,
    thread=True,
    own_posts=True,
    reply=True,
    delete_reply=True,
    edits=True,
    deletions=True,
    history=True,
    needs_token=True,
    interval=120.0,
    min_interval=60.0,
    needs=Sentence("A Threads profile of your own, and an app of your own."),
    steps=(
        Sentence(
            "Open developers.facebook.com, make an app with the use case “Access the Threads API”, "
            "and leave it in development mode."
        ),
        Sentence(
            "Under the use case add the permissions threads_basic, threads_read_replies, "
            "threads_manage_replies, threads_content_publish, threads_delete, "
            "threads_keyword_search and threads_manage_mentions."
        ),
        Sentence(
            "Under App roles add your profile as a Threads tester, and accept the invitation in "
            "Threads: Settings, Account, Website permissions."
        ),
        Sentence("Under the use case, Settings, make a token with the User Token Generator."),
        Sentence('Write it into the source as token = "env:THREADS_TOKEN".'),
        Sentence(
            "The token lasts 60 days. Make a new one, or refresh it before that: "
            "docs/networks.md says how."
        ),
    ),
    limits=(
        Sentence(
            "Without Meta's review an app hears replies to your own posts alone: the search then "
            "finds only your own posts, and mentions come from testers only."
        ),
        Sentence(
            "Answering posts that are not below one of your own needs the same review: copy the "
            "text and answer in the browser."
        ),
        Sentence(
            "An account has 2,200 searches a day; each word is searched every 15 minutes. Words "
            "Meta finds delicate find nothing."
        ),
        Sentence(
            "Replies below posts older than a day are read every hour, and below your newest 25 "
            "posts alone; further down in conversations you follow."
        ),
        Sentence("A reply takes about half a minute: Threads prepares it before it is public."),
    ),
)
