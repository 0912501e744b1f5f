"""What an Instagram source can and cannot do, and how to get its key, step by step."""

from __future__ import annotations

from listeners.model import Sentence
from listeners.networks.contract import Capability
from listeners.networks.instagram.decode import NETWORK, TITLE

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
    interval=300.0,
    min_interval=120.0,
    needs=Sentence("A professional Instagram account, and an app of your own."),
    steps=(
        Sentence(
            "In the Instagram app, under Settings, make the account a professional one and link "
            "it with your Facebook Page."
        ),
        Sentence(
            "Open developers.facebook.com, make an app of type Business and leave it in "
            "development mode: for your own account it needs no review."
        ),
        Sentence(
            "In the Graph API Explorer add the permissions instagram_basic, "
            "instagram_manage_comments, pages_show_list and pages_read_engagement, and press "
            "Generate Access Token."
        ),
        Sentence(
            "Extend the token in the Access Token Debugger (about 60 days), ask the Explorer for "
            "me/accounts with it, and take the access_token of your Page: it does not run out by "
            "itself."
        ),
        Sentence('Write it into the source as token = "env:INSTAGRAM_TOKEN".'),
        Sentence(
            "Without a Page: in the app choose Instagram API with Instagram Login, make a token "
            'there, and write login = "instagram" into the source. It lasts 60 days, and hashtags '
            "are not to be had with it."
        ),
    ),
    limits=(
        Sentence(
            "Only your own account: comments on what you publish, and pictures you are tagged in."
        ),
        Sentence(
            "@mentions in captions and comments of others are told to reviewed apps with a server "
            "alone: hubbub cannot see them."
        ),
        Sentence(
            "Hashtags need a reviewed app (Instagram Public Content Access). Then: 30 tags in "
            "seven days, the last 24 hours, without the names of the authors, and no answering."
        ),
        Sentence(
            "Pictures you are tagged in can be answered in the app alone: Instagram lets no "
            "program do it."
        ),
        Sentence("Comments on advertisements and on stories are not shown."),
    ),
)
