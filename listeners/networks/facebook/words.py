"""What a Facebook source can and cannot do, and how to get its key, step by step."""

from __future__ import annotations

from listeners.model import Sentence
from listeners.networks.contract import Capability
from listeners.networks.facebook.decode import NETWORK, TITLE

CAPABILITY = Capability(
    network=NETWORK,
    title=TITLE,
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
    needs=Sentence("A Page of your own, and an app of your own that may stay unreviewed."),
    steps=(
        Sentence(
            "Open developers.facebook.com with the account that manages the Page, and make an "
            "app of type Business. Leave it in development mode: for your own Page it needs "
            "no review."
        ),
        Sentence(
            "In the Graph API Explorer choose your app, add the permissions pages_show_list, "
            "pages_read_engagement, pages_read_user_content and pages_manage_engagement, and "
            "press Generate Access Token."
        ),
        Sentence(
            "Open this token in the Access Token Debugger and press Extend Access Token: it "
            "then lasts about 60 days."
        ),
        Sentence(
            "With the extended token, ask the Explorer for me/accounts. The access_token of "
            "your Page there does not run out by itself."
        ),
        Sentence('Write the Page token into the source as token = "env:FACEBOOK_TOKEN".'),
    ),
    limits=(
        Sentence(
            "Only Pages you have a task on. Other Pages, profiles, groups and a search over "
            "all of Facebook are closed to unreviewed apps."
        ),
        Sentence(
            "Facebook leaves out who wrote where a permission is missing, and on posts that "
            "merely tag the Page: such posts have no author here."
        ),
        Sentence(
            "Reels are not in the feed, and Facebook keeps about 600 posts a year in it. "
            "Messages to the Page need a reviewed app."
        ),
        Sentence(
            "Late comments are found on posts of the last 30 days, within the hour; on older "
            "ones in conversations you follow."
        ),
        Sentence(
            "The token ends when the password changes, the app is taken out or nobody used "
            "the app for long. hubbub then says so."
        ),
    ),
)
