"""What mails tell: who is proven, which network speaks, where links lead, what is forged."""

from __future__ import annotations

import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.model import Post
from listeners.networks.mailbox.auth import is_proven, server_of, verdicts
from listeners.networks.mailbox.notices import Told, UnnamedServerError, read_notice
from listeners.networks.mailbox.senders import SENDERS, Sender, plain_link, sender_of
from tests.fake.imap import SERVER, mail

RECORDED = Path(os.environ.get("HUBBUB_RECORDED", "../shared/recorded")) / "email"


def told(data: bytes) -> Told:
    return read_notice(data, SERVER)


def one(data: bytes) -> Post:
    (post,) = told(data).posts
    return post


def network(name: str) -> Sender:
    return next(sender for sender in SENDERS if sender.network == name)


# --- who is proven -------------------------------------------------------------------------------

GOOD = f"{SERVER}; spf=fail smtp.mailfrom=bounce.example; dkim=pass header.d=linkedin.com"


@pytest.mark.parametrize(
    ("headers", "proven"),
    [
        ([GOOD], True),
        ([GOOD.upper()], True),
        ([f"{SERVER} 1; dkim=pass (2048-bit key) header.i=@Mail.LinkedIn.com header.s=a"], True),
        ([f"{SERVER}; spf=pass smtp.mailfrom=bounce@linkedin.com"], True),
        ([f"{SERVER}; dmarc=pass (p=REJECT) header.from=linkedin.com"], True),
        ([f"{SERVER}; dkim=pass header.d=linkedin.com; dmarc=fail header.from=linkedin.com"],
         False),
        ([f"{SERVER}; dkim=fail header.d=linkedin.com"], False),
        ([f"{SERVER}; dkim=pass header.d=evil.example"], False),
        ([f"{SERVER}; dkim=pass header.d=evillinkedin.com"], False),
        ([f"{SERVER}; dkim=pass header.d=linkedin.com.evil.example"], False),
        ([f"{SERVER}; dkim=pass header.d=com"], False),
        ([f"{SERVER}; none"], False),
        ([SERVER], False),
        ([""], False),
        ([], False),
        # Of another server, or of ours but written below what ours wrote.
        ([GOOD.replace(SERVER, "mx.evil.example")], False),
        ([f"{SERVER}; dkim=none", GOOD], False),
        (["mx.evil.example; x=y", GOOD], True),
        # Words of a stranger inside comments and quotation marks are no results.
        ([f'{SERVER}; dkim=fail header.i="a; dkim=pass header.d=linkedin.com"@evil.example'],
         False),
        ([f"{SERVER}; spf=fail (x; dkim=pass header.d=linkedin.com) smtp.mailfrom=e.example"],
         False),
        ([f"{SERVER}; dkim=pass header.d=evil.example header.d=linkedin.com"], False),
        ([f"{SERVER}; auth=pass smtp.auth=linkedin.com"], False),
    ],
)  # fmt: skip
def test_who_is_proven(headers: list[str], proven: bool) -> None:
    assert is_proven(headers, SERVER, "linkedin.com") is proven


def test_a_subdomain_is_proven_by_what_stands_above_it() -> None:
    header = f"{SERVER}; dkim=pass header.d=instagram.com"
    assert is_proven([header], SERVER, "mail.instagram.com")


@settings(max_examples=150)
@given(st.text(alphabet='ab;=." ()\\@<>\n', max_size=80))
def test_any_header_can_be_read(header: str) -> None:
    server_of(header)
    verdicts(header)
    assert not is_proven([f"{header}; dkim=pass header.d=linkedin.com"], SERVER, "linkedin.com")


@given(st.text(alphabet='ab;=." ()\\', max_size=40))
def test_nothing_in_a_comment_proves(said: str) -> None:
    inside = said.replace("(", "").replace(")", "").replace("\\", "")
    header = f"{SERVER}; dkim=fail ({inside}; dkim=pass header.d=linkedin.com) header.d=e.example"
    assert not is_proven([header], SERVER, "linkedin.com")


# --- notifications -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sender", "domain", "subject", "text", "html", "who", "said", "url"),
    [
        (
            "linkedin", "LinkedIn <notifications-noreply@linkedin.com>", "linkedin.com",
            "Ana Martin commented on your post",
            "Ana Martin commented on your post\n\n“Is the boat back?”\n\nUnsubscribe: x",
            '<a href="https://www.linkedin.com/comm/psettings/x">x</a><a href="https://www.linkedin.com'
            '/comm/feed/update/urn:li:activity:12?midToken=A&lipi=B&commentUrn=C">View</a>',
            "Ana Martin", "Is the boat back?",
            "https://linkedin.com/feed/update/urn:li:activity:12?commentUrn=C",
        ),
        (
            "facebook", "Facebook <notification@facebookmail.com>", "facebookmail.com",
            "Ana Martin a commenté votre publication",
            "Ana Martin a commenté : « Quand rouvrez-vous ? »",
            '<a href="https://www.facebook.com/n/?permalink.php&amp;story_fbid=12&amp;id=34'
            '&amp;aref=5&amp;medium=email&amp;mid=6&amp;n_m=me%40kerlann.example">Voir</a>',
            "Ana Martin", "Quand rouvrez-vous ?",
            "https://facebook.com/permalink.php?id=34&story_fbid=12",
        ),
        (
            "instagram", "Instagram <no-reply@mail.instagram.com>", "mail.instagram.com",
            "ana_m mentioned you in a comment", "ana_m mentioned you\nwhere are you, @kerlann?",
            '<a href="https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Fp%2FAb1%2F'
            '%3Futm_source%3Dx&e=1">See</a>',
            "ana_m", "where are you, @kerlann?", "https://instagram.com/p/Ab1",
        ),
        (
            "x", '"Ana (via X)" <notify@x.com>', "x.com", "New mention", "Hello @kerlann, anybody?",
            '<a href="https://x.com/ana/status/12?cn=abc&refsrc=email">Open</a>',
            "Ana", "Hello @kerlann, anybody?", "https://x.com/ana/status/12",
        ),
        (
            "youtube", "YouTube <noreply@youtube.com>", "youtube.com",
            "Ana replied to your comment", 'Ana replied to your comment\n"Nice film"',
            '<a href="https://www.youtube.com/attribution_link?u=/watch%3Fv%3Dab1%26lc%3DUg1">x</a>',
            "Ana", "Nice film", "https://youtube.com/watch?lc=Ug1&v=ab1",
        ),
        (
            "trustpilot", "Trustpilot <noreply@trustpilotmail.com>", "trustpilotmail.com",
            "You have a new review", "Bad service, never again.", "",
            "", "Bad service, never again.", "",
        ),
    ],
    ids=lambda one: one if one in {s.network for s in SENDERS} else "",
)  # fmt: skip
def test_a_notification(
    name: str, sender: str, domain: str, subject: str, text: str, html: str, who: str, said: str,
    url: str,
) -> None:  # fmt: skip
    data = mail(text, sender=sender, subject=subject, html=html, ident="9",
                proof=f"dkim=pass header.d={domain}")  # fmt: skip
    post = one(data)
    assert (post.network, post.native_id) == (name, "9@made.example")
    assert (post.author.handle, post.text, post.url) == (who, said, url)
    assert (post.addressed, post.private, post.wanted) == (True, False, True)
    assert post.root_id == (url or None)
    assert post.author.key


def test_two_strangers_without_a_name_are_two() -> None:
    sender, proof = "Trustpilot <noreply@trustpilot.com>", "dkim=pass header.d=trustpilot.com"
    keys = {
        one(mail("Bad.", sender=sender, subject="A review", ident=ident, proof=proof)).author.key
        for ident in ("1", "2")
    }
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("sender", "proof"),
    [
        ("LinkedIn <n@linkedin.com>", "dkim=pass header.d=evil.example"),
        ("LinkedIn <n@linkedin.com>", "spf=pass smtp.mailfrom=evil.example"),
        ("LinkedIn <n@linkedin.com>", None),
        ("LinkedIn <n@evil.example>", "dkim=pass header.d=evil.example"),
        ('"Ana via LinkedIn" <n@evil.example>', "dkim=pass header.d=evil.example"),
        ("Google Alerts <googlealerts-noreply@google.com>", "dkim=pass header.d=evil.example"),
        ("googlealerts-noreply@google.com", None),
    ],
)
def test_a_forged_notification_is_kept_aside_and_told(sender: str, proof: str | None) -> None:
    found = told(mail("Your account is closed", sender=sender, subject="Act now", proof=proof))
    assert found.posts == ()
    (bad,) = found.bad
    assert "may be forged" in bad.reason.template
    assert bad.reason.values["subject"] == "Act now"


def test_two_senders_prove_nothing() -> None:
    good = mail(sender="LinkedIn <n@linkedin.com>", proof="dkim=pass header.d=linkedin.com")
    assert told(good).posts
    found = told(good.replace(b"From:", b"From: LinkedIn <x@linkedin.com>\nFrom:", 1))
    assert (found.posts, len(found.bad)) == ((), 1)


def test_nobody_is_trusted_unasked() -> None:
    data = mail(sender="LinkedIn <n@linkedin.com>", proof="dkim=pass header.d=linkedin.com")
    with pytest.raises(UnnamedServerError) as asked:
        read_notice(data, "")
    assert asked.value.sentence.values["server"] == SERVER
    none = data.replace(SERVER.encode(), b"none", 1)
    assert read_notice(none, "none").posts == ()
    with pytest.raises(UnnamedServerError) as asked:
        read_notice(mail(sender="LinkedIn <n@linkedin.com>"), "")
    assert "names no server" in asked.value.sentence.template


@pytest.mark.parametrize(
    ("mail_from", "name", "network_name", "at_home"),
    [
        ("a@linkedin.com", "", "linkedin", True),
        ("a@e.linkedin.com", "", "linkedin", True),
        ("a@notlinkedin.com", "", None, False),
        ("a@b.example", "LinkedIn", "linkedin", False),
        ("a@b.example", "Ana (LinkedIn)", "linkedin", False),
        ("a@b.example", "Ana of LinkedIn fans", None, False),
        ("a@b.example", "X", None, False),
        ("forms-noreply@google.com", "", None, False),
    ],
)
def test_who_claims_what(
    mail_from: str, name: str, network_name: str | None, at_home: bool
) -> None:
    sender, home = sender_of(mail_from, name)
    assert (sender.network if sender else None, home) == (network_name, at_home)


@pytest.mark.parametrize(
    ("name", "link", "plain"),
    [
        ("facebook", "https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2Fa%3Faref%3D1&h=x",
         "https://facebook.com/a"),
        ("linkedin", "https://www.linkedin.com/comm/in/ana?trk=x", "https://linkedin.com/in/ana"),
        ("x", "https://twitter.com/a/status/1?s=20&t=abc", "https://twitter.com/a/status/1"),
        ("reddit", "https://click.redditmail.com/CL0/?url=https%3A%2F%2Fwww.reddit.com%2Fr%2Fa%2F"
         "%3Fref%3Dmail", "https://reddit.com/r/a"),
        ("youtube", "https://youtube.com/attribution_link?u=javascript:x",
         "https://youtube.com/attribution_link?u=javascript%3Ax"),
    ],
)  # fmt: skip
def test_links_lose_what_follows_readers(name: str, link: str, plain: str) -> None:
    found = plain_link(link, network(name))
    assert found == plain


@settings(max_examples=100)
@given(st.text(max_size=80), st.sampled_from(SENDERS))
def test_any_link_can_be_plain(tail: str, sender: Sender) -> None:
    plain_link(f"https://www.{sender.hosts[0]}/{tail}", sender)
    plain_link(tail, sender)


# --- alerts --------------------------------------------------------------------------------------

ALERT = """<html><body><table>
<tr itemscope itemtype="http://schema.org/Article"><td>
 <a itemprop="url" href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://news.example/kerlann%3Fa%3D1&amp;ct=ga&amp;cd=x"><span itemprop="name">The <b>Kerlann</b> is back</span></a>
 <div itemprop="publisher"><span itemprop="name">News Example</span></div>
 <div itemprop="description">After a year the <b>Kerlann</b> sails again &amp; all cheer.</div>
</td></tr>
<tr><td><a href="https://www.google.com/url?url=https://blog.example/k&amp;usg=1">A blog on Kerlann</a></td></tr>
<tr><td><a href="https://www.google.com/alerts/remove?s=x">Unsubscribe</a></td></tr>
</table></body></html>"""  # noqa: E501


def test_an_alert_is_as_many_posts_as_it_found() -> None:
    sender = "Google Alerts <googlealerts-noreply@google.com>"
    proof = "dkim=pass header.i=@google.com"
    data = mail("plain", sender=sender, html=ALERT, subject="Google Alert", proof=proof)
    first, second = told(data).posts
    assert (first.network, first.native_id) == ("feeds", "https://news.example/kerlann?a=1")
    assert first.author.name == "News Example"
    assert first.text == "The Kerlann is back\nAfter a year the Kerlann sails again & all cheer."
    assert (second.url, second.author.name) == ("https://blog.example/k", "blog.example")


# --- letters -------------------------------------------------------------------------------------


def test_what_a_program_or_a_list_sends_is_not_to_us() -> None:
    post = one(mail("News!", List_Unsubscribe="<https://a.example/u>"))
    assert (post.addressed, post.author.automated) == (False, True)
    assert one(mail("Away", Auto_Submitted="auto-replied")).author.automated


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "windows-1252"])
@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
def test_character_sets(charset: str, coding: str) -> None:
    made = EmailMessage()
    made["From"] = "Élise <elise@a.example>"
    made["Subject"] = "Où est le Kerlann ?"
    made.set_content("Déjà reparti – où ?".replace("–", "-"), charset=charset, cte=coding)
    post = one(made.as_bytes())
    assert (post.text, post.author.name) == ("Déjà reparti - où ?", "Élise")


def test_html_alone_is_read_as_text() -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "a@a.example", "x"
    made.set_content("<p>One</p><p>two<script>no()</script></p>", subtype="html")
    assert one(made.as_bytes()).text.split() == ["One", "two"]


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_mail_or_kept_aside(data: bytes) -> None:
    found = told(data)
    assert len(found.posts) + len(found.bad) >= 1


@settings(max_examples=40)
@given(st.binary(max_size=200), st.sampled_from(["", "base64", "quoted-printable", "x"]))
def test_any_body_of_a_notification_is_read(body: bytes, coding: str) -> None:
    head = (
        f"Authentication-Results: {SERVER}; dkim=pass header.d=linkedin.com\n"
        "From: LinkedIn <a@linkedin.com>\nSubject: Ana commented\nContent-Type: text/html\n"
        f"Content-Transfer-Encoding: {coding}\n\n"
    )
    found = told(head.encode() + body)
    assert len(found.posts) + len(found.bad) == 1


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded payloads: HUBBUB_RECORDED")
def test_recorded_mails() -> None:
    first, second = (one((RECORDED / name).read_bytes()) for name in (
        "huginn__data_fixtures__imap1.eml", "huginn__data_fixtures__imap2.eml"))  # fmt: skip
    assert (first.native_id, first.text) == (
        "foo.123@mail.example.jp", "Some plain text\nSome second line")  # fmt: skip
    assert (second.title, second.author.handle) == ("Re: some subject", "john.doe@example.com")


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded payloads: HUBBUB_RECORDED")
def test_a_recorded_notification_of_facebook() -> None:
    html = (RECORDED / "granary__testdata__facebook.like.email.html").read_text("utf-8")
    words, sender = "Ryan Barrett likes your post", "Facebook <notification@facebookmail.com>"
    proof = "dkim=pass header.d=facebookmail.com"
    post = one(mail(words, html=html, subject=words, sender=sender, proof=proof))
    assert post.author.name == "Ryan Barrett"
    assert post.url == "https://facebook.com/permalink.php?id=456&story_fbid=123"
