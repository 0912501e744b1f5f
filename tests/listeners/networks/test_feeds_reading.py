"""Feeds as bytes: every format and encoding read, every trap and bomb defused."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.clock import from_iso
from listeners.networks.feeds.bytes import MOST_ENTRIES, decode, tame
from listeners.networks.feeds.entry import NotAFeedError
from listeners.networks.feeds.html import address, feeds_of_page, host_of, unwrap
from listeners.networks.feeds.posts import Item, Origin, Page, read_page
from tests.fake.feeds import Article, articles, recorded, rss

URL = "https://harbour.example/feed"
HERE = Origin(what=URL, url=URL)
HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>'


def read(body: bytes, kind: str = "application/xml") -> Page:
    return read_page(body, kind, HERE)


def only(body: bytes) -> Item:
    page = read(body)
    assert len(page.items) == 1
    return page.items[0]


# --- recorded feeds ------------------------------------------------------------------------------


def _counted_apart(body: bytes) -> int | None:
    """How many entries another reader finds, where the document is well-formed XML or JSON."""
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    return sum(each.tag.rpartition("}")[2] in ("item", "entry") for each in root.iter())


def _counted_json(body: bytes) -> int | None:
    try:
        return len(json.loads(body)["items"])
    except (ValueError, KeyError, TypeError):
        return None


def test_every_recorded_feed_is_read_or_refused_with_a_reason() -> None:
    lines: list[str] = []
    totals: Counter[str] = Counter()
    wrong: list[str] = []
    for name, body in recorded("feeds", "news", "forums", "bridges").items():
        try:
            page = read(body, "")
        except NotAFeedError as refusal:
            totals["refused"] += 1
            lines.append(f"{name:86} refused: {refusal}")
            continue
        totals["read"] += 1
        totals["entries"] += page.offered
        totals["posts"] += len(page.items)
        # The parser's own test feeds hold entries of one odd element and nothing else.
        totals["bad"] += 0 if "/feedparser/" in name else len(page.feed.bad)
        lines.append(
            f"{name:86} entries {page.offered:4} posts {len(page.items):4}"
            f" bad {len(page.feed.bad)}{' cut' if page.feed.cut else ''}"
        )
        counted = _counted_json(body) if name.endswith(".json") else _counted_apart(body)
        if counted not in (None, page.offered):
            wrong.append(f"{name}: {page.offered} read, {counted} there")
    print("\n".join(lines), f"\n{dict(totals)}")
    assert not wrong
    assert totals["read"] > 0.9 * len(lines)
    assert totals["bad"] <= 1


@pytest.mark.parametrize("name", ["fj_youtube_atom.xml", "fr_atom_mediarss_youtube_1.xml"])
def test_a_video_whose_counts_moved_is_not_edited(name: str) -> None:
    posts = [item.post for item in read(recorded("feeds")[f"feeds/{name}"]).items]
    assert posts
    assert [post.edited_at for post in posts] == [None] * len(posts)


def test_what_google_alerts_finds_is_named_by_its_own_site() -> None:
    posts = [item.post for item in read(recorded("news")["news/fj_google_alerts_atom.xml"]).items]
    assert len(posts) == 20
    hosts = {host_of(post.url) for post in posts}
    assert not any(host.startswith("google.") for host in hosts)
    assert {post.author.name for post in posts} == hosts
    assert not any("<b>" in post.text + post.title for post in posts)


@pytest.mark.parametrize(
    ("name", "title", "text", "author", "date", "url"),
    [
        (
            "feeds/fj_google_alerts_atom.xml",
            "Slack Stock Has a Compelling Story and the Numbers to Back It Up",
            "In the run up to the IPO for Slack Technologies Inc (NYSE:WORK)",
            "investorplace.com",
            "2019-07-10T11:46:48Z",
            "https://investorplace.com/2019/07/slack-stock-truly-compelling/",
        ),
        (
            "feeds/fr_rss_2.0_spiegel.xml",
            "07.02. – die Wochenvorschau",
            "Die wichtigsten Nachrichten aus der SPIEGEL-Redaktion.",
            "DER SPIEGEL",
            "2021-02-06T23:01:00Z",
            "https://omny.fm/shows/spiegel-update-die-nachrichten/07-02-die-wochenvorschau",
        ),
        (
            "feeds/fj_json_feed.json",
            "James Dempsey and the Breakpoints Benefit",
            "On Wednesday night I know where I’ll be",
            "Brent Simmons",
            "2017-06-03T05:05:47Z",
            "http://inessential.com/2017/06/02/james_dempsey_and_the_breakpoints_benefi",
        ),
        (
            "feeds/feedparser/wellformed/namespace/atomthreadingwithentry.xml",
            "bloffo bliff by te...",
            "bloffo bliff by te...",
            "John",
            "2009-12-09T00:59:02.544Z",
            "http://salmon-test.blogspot.com/2009/10/test-post.html?showComment=1260320342544",
        ),
    ],
)
def test_recorded_entries_say_what_their_publishers_wrote(
    name: str, title: str, text: str, author: str, date: str, url: str
) -> None:
    body = recorded(name.partition("/")[0])[name]
    posts = [item.post for item in read(body).items]
    found = [post for post in posts if post.title.startswith(title)]
    assert len(found) == 1
    post = found[0]
    assert post.text.startswith(text)
    assert post.author.name == author
    assert post.created_at == from_iso(date)
    assert post.url.startswith(url)


# --- encodings -----------------------------------------------------------------------------------

_TEXT = "Déjà vu à Kerlann, 12 €: naïve façade"


@pytest.mark.parametrize(
    ("declared", "real", "served"),
    [
        ("utf-8", "utf-8", ""),
        ("", "utf-8", ""),
        ("iso-8859-1", "utf-8", ""),
        ("utf-8", "utf-8", "iso-8859-1"),
        ("windows-1252", "cp1252", ""),
        ("iso-8859-1", "cp1252", ""),
        ("utf-8", "cp1252", ""),
        ("", "cp1252", "windows-1252"),
        ("", "cp1252", ""),
        ("iso-8859-15", "iso-8859-15", "utf-8"),
        ("no-such-thing", "utf-8", "nonsense"),
        ("utf-16", "utf-16", ""),
        ("", "utf-16", ""),
        ("utf-16", "utf-16-le", ""),
        ("utf-16", "utf-16-be", ""),
        ("utf-32", "utf-32", ""),
        ("punycode", "utf-8", "idna"),
    ],
)
def test_the_bytes_decide_the_encoding_not_their_label(
    declared: str, real: str, served: str
) -> None:
    label = f' encoding="{declared}"' if declared else ""
    text = rss([Article("1", text=_TEXT)]).decode().partition("?>")[2]
    body = f'<?xml version="1.0"{label}?>{text}'.encode(real)
    kind = f"text/xml; charset={served}" if served else "text/xml"
    assert read(body, kind).items[0].post.text == _TEXT


def test_one_stray_byte_does_not_turn_the_whole_feed_into_another_encoding() -> None:
    body = rss([Article(str(n), text=_TEXT) for n in range(5)]) + b"<!-- \xff -->"
    assert [item.post.text for item in read(body).items] == [_TEXT] * 5


@pytest.mark.parametrize("before", [b"\n", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n"])
def test_what_stands_before_the_declaration_is_forgiven(before: bytes) -> None:
    page = read(before + rss([Article("1")]))
    assert len(page.items) == 1
    assert not page.feed.cut


def test_named_entities_of_html_and_of_the_document_become_characters() -> None:
    body = (
        '<!DOCTYPE rss [<!ENTITY brand "Kerlann">]><rss version="2.0"><channel><item>'
        "<title>&brand; &eacute;t&eacute;&nbsp;&mdash; R&amp;D</title></item></channel></rss>"
    )
    page = read(body.encode())
    assert page.items[0].post.title == "Kerlann été\N{NO-BREAK SPACE}— R&D"
    assert not page.feed.cut


def test_control_characters_do_not_cost_the_feed() -> None:
    body = rss([Article("1", text="a\x0bb\x1bc"), Article("2")])
    page = read(body)
    assert [item.post.text for item in page.items] == ["abc", "Kerlann sails again."]
    assert not page.feed.cut


# --- what an entry is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<guid>https://h.example/1</guid>", "https://h.example/1"),
        ("<guid isPermaLink='false'>tag:h.example,2026:1</guid>", "tag:h.example,2026:1"),
        ("<guid isPermaLink='false'> https://h.example/?p=1 </guid>", "https://h.example/?p=1"),
        ("<link>https://h.example/1</link>", "https://h.example/1"),
    ],
)
def test_ids_that_are_addresses_are_kept_as_they_are(item: str, expected: str) -> None:
    body = f"<rss version='2.0'><channel><item><title>t</title>{item}</item></channel></rss>"
    assert only(body.encode()).post.native_id == expected


def test_other_ids_mean_something_in_their_own_feed_alone() -> None:
    body = rss([Article("1234")])
    here = read_page(body, "", HERE).items[0].post.native_id
    there = read_page(body, "", Origin(what="https://other.example/feed", url=URL)).items[0]
    assert here.endswith("#1234")
    assert here.startswith("harbour.example-")
    assert there.post.native_id.endswith("#1234")
    assert here != there.post.native_id


def test_entries_without_id_are_told_apart_by_title_and_date() -> None:
    item = "<item><title>{}</title><pubDate>{}</pubDate></item>"
    days = ["Sun, 22 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 10:00:00 GMT"]
    items = item.format("a", days[0]) + item.format("a", days[1]) + item.format("b", days[0])
    body = f"<rss version='2.0'><channel>{items}{item.format('a', days[0])}</channel></rss>"
    page = read(body.encode())
    assert page.offered == 4
    assert len({each.post.native_id for each in page.items}) == len(page.items) == 3


def test_a_link_that_all_entries_share_is_nobodys_id() -> None:
    item = "<item><title>{}</title><link>https://h.example/</link></item>"
    body = f"<rss version='2.0'><channel>{item.format('a')}{item.format('b')}</channel></rss>"
    assert len(read(body.encode()).items) == 2


def test_the_newest_of_two_entries_with_one_id_is_kept() -> None:
    old = Article("1", text="old", date="Sat, 21 Nov 2026 10:00:00 GMT")
    new = Article("1", text="new", date="Sun, 22 Nov 2026 10:00:00 GMT")
    for pair in ([old, new], [new, old]):
        assert only(rss(pair)).post.text == "new"


def test_content_wins_over_description_and_html_becomes_text() -> None:
    more = (
        "<content:encoded><![CDATA[<p>All of <b>Kerlann</b></p><p>R&amp;D"
        "<script>no()</script></p><a href='/more?x=1'>more</a>]]></content:encoded>"
    )
    post = only(rss([Article("1", text="short", more=more, link=URL)])).post
    assert post.text == "All of Kerlann\nR&D\nmore"
    assert post.links == (URL, "https://harbour.example/more?x=1")


def test_an_entry_with_a_title_alone_has_it_as_its_text() -> None:
    post = only(rss([Article("1", title="Kerlann <3 & more", text="")])).post
    assert (post.title, post.text) == ("Kerlann <3 & more", "Kerlann <3 & more")


def test_plain_atom_text_is_not_taken_for_html() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr-FR"><title>f</title><entry>'
        '<id>urn:1</id><title type="text">a &lt;b&gt; c</title><content type="text">1 &lt; 2 &amp; '
        '3</content><updated>2026-11-22T10:00:00.25+01:00</updated><category term="#boat"/>'
        "</entry></feed>"
    )
    post = only(body.encode()).post
    assert (post.title, post.text, post.tags, post.lang) == (
        "a <b> c",
        "1 < 2 & 3",
        ("boat",),
        "fr",
    )
    assert post.created_at == from_iso("2026-11-22T09:00:00.25Z")


@pytest.mark.parametrize(
    ("head", "entry", "expected"),
    [
        ("<language>fr-fr</language>", "", "fr"),
        ("<language>en-us</language>", "", None),
        ("<language>de</language>", "<dc:language>it</dc:language>", "it"),
        ("", "", None),
    ],
)
def test_the_language_blogs_are_installed_with_is_not_believed(
    head: str, entry: str, expected: str | None
) -> None:
    assert only(rss([Article("1", more=entry)], channel=head)).post.lang == expected


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("<dc:creator>Zoé</dc:creator>", "Zoé"),
        ("<author>ann@h.example (Ann)</author>", "Ann"),
        ("<author>ann@h.example</author>", "ann@h.example"),
        ("<author>Tom &amp;amp; Ann</author>", "Tom & Ann"),
        ("<source url='https://other.example/'>The Other</source>", "The Other"),
        ("", "Harbour Post"),
    ],
)
def test_the_author_is_who_the_entry_says_or_the_feed(more: str, name: str) -> None:
    post = only(rss([Article("1", more=more, link="https://harbour.example/1")])).post
    assert post.author.name == post.author.handle == name
    assert post.author.key.startswith("harbour.example/")


def test_without_an_author_the_site_linked_to_speaks() -> None:
    assert only(rss([Article("1", link="https://www.paper.example/1")])).post.author.name == (
        "paper.example"
    )


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Sun, 22 Nov 2026 10:00:00 EST", "2026-11-22T15:00:00Z"),
        ("dim., 22 nov. 2026 10:00:00 +0100", "2026-11-22T09:00:00Z"),
        ("2026-11-22T10:00:00.5Z", "2026-11-22T10:00:00.5Z"),
        ("2026-11-22 10:00:00", "2026-11-22T10:00:00Z"),
        ("22 Nov 99 10:00 GMT", "1999-11-22T10:00:00Z"),
        ("Wed, 01 Jan 2099 00:00:00 GMT", "2099-01-01T00:00:00Z"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("yesterday", None),
        ("", None),
        ("9" * 500, None),
    ],
)
def test_dates_of_all_spellings_and_wrong_ones(date: str, expected: str | None) -> None:
    post = only(rss([Article("1", date=date)])).post
    assert post.created_at == (from_iso(expected) if expected else None)


def test_a_later_update_is_an_edit_and_never_the_time_of_writing() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title>t</title>'
        "<published>2026-11-22T10:00:00Z</published><updated>2026-11-22T12:00:00Z</updated>"
        "</entry></feed>"
    )
    post = only(body.encode()).post
    assert post.created_at == from_iso("2026-11-22T10:00:00Z")
    assert post.edited_at == from_iso("2026-11-22T12:00:00Z")


# --- news, alerts, comments ----------------------------------------------------------------------


def test_google_news_titles_lose_their_source_and_its_list_of_links_is_no_text() -> None:
    article = Article(
        "CBMiX",
        title="Kerlann sinks - The Paper",
        text='<ol><li><a href="https://other.example">Other story</a></li></ol>',
        link="https://news.google.com/rss/articles/CBMiX?oc=5",
        more='<source url="https://paper.example">The Paper</source>',
    )
    post = only(rss([article])).post
    assert (post.title, post.text) == ("Kerlann sinks", "Kerlann sinks")
    assert post.author.name == "The Paper"
    assert post.author.url == "https://paper.example"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://www.google.com/url?rct=j&url=https://a.example/x%3Fy%3D1&ct=ga", "https://a.example/x?y=1"),
        ("https://www.google.fr/url?q=https://a.example/", "https://a.example/"),
        ("https://www.google.com/url?url=javascript:alert(1)", None),
        ("https://www.google.com/alerts", None),
        ("https://evilgoogle.com/url?url=https://a.example/", None),
    ],
)  # fmt: skip
def test_redirecting_addresses_of_google_are_unwrapped(link: str, expected: str | None) -> None:
    assert unwrap(link) == (expected or link)


def test_wordpress_comments_find_their_article_and_each_other() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:thr="http://purl.org/syndication/thread/1.0" xml:lang="fr-FR">'
        "<title>Comments</title>"
        "<entry><title>By: Zoé</title><id>https://h.example/?p=1#comment-7</id>"
        '<link href="https://h.example/2026/a/#comment-7"/><content type="html">&lt;p&gt;En '
        "panne ?&lt;/p&gt;</content>"
        '<thr:in-reply-to ref="https://h.example/?p=1#comment-5"/></entry>'
        "<entry><title>By: Ann</title><id>https://h.example/?p=1#comment-5</id>"
        '<link href="https://h.example/2026/a/#comment-5"/><content>Yes</content></entry></feed>'
    )
    reply, comment = (item.post for item in read(body.encode()).items)
    assert reply.parent_id == comment.native_id == "https://h.example/?p=1#comment-5"
    assert comment.parent_id == "https://h.example/?p=1"
    assert (reply.text, reply.lang, reply.addressed) == ("En panne ?", None, False)


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("By: Ann", ""),
        ("Von: Ann", ""),
        ("Comment on News 1 by Ann", "Comment on News 1 by Ann"),
        ("Re: News 1", "Re: News 1"),
    ],
)
def test_a_comments_title_that_only_names_its_author_is_none(title: str, kept: str) -> None:
    comment = Article("https://harbour.example/n1#comment-5", title, "It leaks",
                      more="<dc:creator>Ann</dc:creator>")  # fmt: skip
    assert only(rss([comment])).post.title == kept
    article = Article("n1", "Ann", "It leaks", more="<dc:creator>Ann</dc:creator>")
    assert only(rss([article])).post.title == "Ann"


def test_comments_on_our_own_site_are_said_to_us() -> None:
    ours = Origin(what=URL, url=URL, sites=frozenset({"kerlann.example"}))
    cases = [
        (Article("https://www.kerlann.example/?p=1#comment-5"), True),
        (Article("x", link="https://www.kerlann.example/a#comment-5"), True),
        (Article("x", link="https://www.kerlann.example/a"), False),
        (Article("https://elsewhere.example/?p=1#comment-5"), False),
    ]
    for article, addressed in cases:
        assert read_page(rss([article]), "", ours).items[0].post.addressed is addressed


@pytest.mark.parametrize(
    ("stated", "asked"),
    [
        ("https://h.example/2026/a/feed/", "https://h.example/2026/a/feed/atom/"),
        ("https://h.example/?feed=rss2&amp;p=1", "https://h.example/?feed=atom&p=1"),
        ("https://h.example/comments.xml", "https://h.example/comments.xml"),
    ],
)
def test_wordpress_is_asked_for_the_comments_that_name_their_parents(
    stated: str, asked: str
) -> None:
    more = f"<wfw:commentRss>{stated}</wfw:commentRss>"
    generator = "<generator>https://wordpress.org/?v=6.1.9</generator>"
    assert only(rss([Article("1", more=more)], channel=generator)).comment_feed == asked


def test_an_article_knows_its_comment_feed_and_their_count() -> None:
    more = (
        "<wfw:commentRss>https://harbour.example/1/feed/</wfw:commentRss>"
        "<slash:comments>3</slash:comments>"
    )
    item = only(rss([Article("1", more=more)]))
    assert item.comment_feed == "https://harbour.example/1/feed/"
    assert item.post.engagement.replies == 3


# --- JSON Feed -----------------------------------------------------------------------------------


def _json_feed(*items: object, **more: object) -> bytes:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": list(items)}
    return json.dumps({**feed, **more}).encode()


def test_json_feed_items_are_read_whole() -> None:
    item = {
        "id": 7,
        "url": "/a",
        "title": "T",
        "content_html": "<p>Kerlann <a href='https://k.example/'>here</a></p>",
        "date_published": "2026-11-22T10:00:00+01:00",
        "date_modified": "2026-11-22T12:00:00+01:00",
        "authors": [{"name": "Zoé", "url": "https://harbour.example/zoe"}],
        "tags": ["#boat", 3],
        "language": "fr",
        "external_url": "https://elsewhere.example/x",
    }
    post = only(_json_feed(item)).post
    assert post.native_id.endswith("#7")
    assert (post.url, post.title, post.text) == (
        "https://harbour.example/a",
        "T",
        "Kerlann here",
    )
    assert (post.lang, post.tags) == ("fr", ("boat",))
    assert post.author.key == "https://harbour.example/zoe"
    assert post.created_at == from_iso("2026-11-22T09:00:00Z")
    assert post.edited_at == from_iso("2026-11-22T11:00:00Z")
    assert post.links[1:] == ("https://elsewhere.example/x", "https://k.example/")


@pytest.mark.parametrize("bad", [7, None, {}, {"id": ""}, {"id": "x", "title": "\ud800"}])
def test_a_bad_json_item_is_kept_aside_and_its_neighbours_are_read(bad: object) -> None:
    page = read(_json_feed({"id": "1", "content_text": "a"}, bad, {"id": "2", "title": "b"}))
    assert [item.post.text for item in page.items] == ["a", "b"]
    assert len(page.feed.bad) == 1
    page.feed.bad[0].record.encode()
    assert page.offered == 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"version": "https://jsonfeed.org/version/1", "items": NaN}',
        b'{"version": "https://jsonfeed.org/version/1", "items": {}}',
        b'{"version": "https://jsonfeed.org/version/1", "items": [',
        b'{"items": []}',
        b"[1]",
        b"[" * 200_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
def test_other_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeedError):
        read(body)


# --- what is no feed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "page"),
    [
        (b"", False),
        (b"   ", False),
        (b"Please limit requests to one every 5 seconds", False),
        (b"<catalog><book><title>x</title></book></catalog>", False),
        (b"<!DOCTYPE html><html><head><title>Log in</title></head></html>", True),
        (b"\n<HTML><body>Welcome to the caf\xe9 network</body></HTML>", True),
        (b"<!-- x --><!doctype html><html><p>an &lt;rss&gt; and a <feed></html>", True),
        (HEAD, False),
        (b"/etc/passwd", False),
        (b"https://harbour.example/feed", False),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(body: bytes, page: bool) -> None:
    with pytest.raises(NotAFeedError) as refused:
        read(body)
    assert refused.value.page is page
    assert str(refused.value)


def test_bytes_are_never_taken_for_the_name_of_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss([Article("1", text="secret")]))
    with pytest.raises(NotAFeedError):
        read(str(secret).encode())


def test_the_feeds_a_page_offers_are_found() -> None:
    page = (
        '<html><head><link rel="stylesheet" href="/a.css"><link rel="alternate" hreflang="fr" '
        'href="/fr"><link rel="ALTERNATE home" type="application/rss+xml" href="/feed/">'
        '<link rel="alternate" type="application/atom+xml" href="javascript:x"></head></html>'
    )
    assert feeds_of_page(page, "https://h.example/blog/") == ("https://h.example/feed/",)


def test_addresses_that_lead_nowhere_are_none() -> None:
    for link in ("", " ", "javascript:x", "file:///etc/passwd", "http://", "http://[", "//a b/"):
        assert address(link, "") == ""


def test_a_feed_cut_in_the_middle_gives_what_was_sent() -> None:
    body = rss(articles(1, 100))
    page = read(body[: len(body) // 2])
    assert page.feed.cut
    assert 40 < len(page.items) < 60
    assert page.items[0].post.text == "Kerlann story 100"


# --- bombs ---------------------------------------------------------------------------------------


def _bounded(action: Callable[[], object], seconds: float) -> None:
    """Run what must neither raise anything but a refusal nor hold the interpreter for long.

    A regular expression holds the interpreter's lock while it runs: a second thread that sleeps
    notices when it cannot wake. Both are told in time of the processor, which this thread alone
    spends: a busy machine has no part in it.
    """
    worst, done = 0.0, threading.Event()
    clock = time.pthread_getcpuclockid(threading.get_ident())

    def watch() -> None:
        nonlocal worst
        while not done.is_set():
            before = time.clock_gettime(clock)
            time.sleep(0.005)
            worst = max(worst, time.clock_gettime(clock) - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.thread_time()
    try:
        action()
    except NotAFeedError:
        pass
    finally:
        done.set()
        watcher.join()
    assert time.thread_time() - started < seconds
    assert worst < 5.0


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"<item><author>" + b"a." * 50_000 + b"@</author></item></channel></rss>",
        HEAD + b"<item><author>x@" + b"a." * 50_000 + b"</author></item></channel></rss>",
        HEAD + b"<item><author><b/>" + b"a" * 100_000 + b"</author></item></channel></rss>",
        HEAD + b"<item><author>" + b"a" * 50_000 + b"<author>b</author></author></item>",
        HEAD + b"<item><author><![CDATA[</author>" + b"a" * 100_000 + b"]]></author></item>",
        b"<!DOCTYPE r [<!ENTITY a '" + b"a" * 1000 + b"'>]>" + HEAD[21:]
        + b"<item><author>" + b"&a;" * 300 + b"</author></item></channel></rss>",
        b'<?xml version="1.0"?>' + b"\n" * 200_000 + HEAD[21:] + b"<item/></channel></rss>",
        b"<!DOCTYPE r [" + b"\n <!ENTITY" * 50_000 + b"]>" + HEAD[21:],
        HEAD + b"<a href='" * 20_000,
        HEAD + b"<!--" * 50_000,
        HEAD + b"<![CDATA[" * 20_000,
        HEAD + b"&" * 100_000,
        HEAD + b"<" * 100_000,
        HEAD + b"<item>" * 20_000,
    ],
    ids=lambda body: bytes(body[60:90]).decode("latin-1"),
)  # fmt: skip
def test_hostile_feeds_are_read_in_bounded_time(body: bytes) -> None:
    _bounded(lambda: read(body), 40.0)


def test_an_entity_bomb_is_not_unfolded() -> None:
    lol = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    body = f"<?xml version='1.0'?><!DOCTYPE rss [{lol}]>" + rss(
        [Article("1", more="<dc:title>x</dc:title>")]
    ).decode().partition("?>")[2].replace("Kerlann", "&lol9;")
    _bounded(lambda: read(body.encode()), 40.0)


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET-VALUE")
    for kind in (f'SYSTEM "file://{secret}"', f'PUBLIC "x" "{secret}"'):
        body = (
            f"<!DOCTYPE rss [<!ENTITY x {kind}>]><rss version='2.0'><channel><item><title>a &x; b"
            "</title><guid>1</guid></item></channel></rss>"
        )
        assert "TOP-SECRET" not in repr(read(body.encode()))


def test_more_entries_than_anybody_reads_are_cut_off() -> None:
    page = read(HEAD + b"<item><guid>x</guid></item>" * (MOST_ENTRIES + 5) + b"</channel></rss>")
    assert page.offered == MOST_ENTRIES
    assert page.feed.cut


def test_elements_named_like_the_parsers_own_results_do_no_harm() -> None:
    own = ["links", "tags", "authors", "author_detail", "content", "id", "title_detail", "source"]
    for name in own:
        for element in (f"<{name} a='b'/>", f"<{name}>x</{name}>", f"<{name} href='y'>z</{name}>"):
            page = read(rss([Article("1", more=element), Article("2")], channel=element))
            assert page.offered == 2


def test_characters_the_store_cannot_hold_do_not_reach_it() -> None:
    body = HEAD + b"<item><guid>1&#0;&#xD800;</guid><title>a&#xDFFF;&#0;b</title><b></item>"
    for item in read(body).items:
        post = item.post
        for text in (post.native_id, post.title, post.text, post.author.name):
            text.encode()
            assert "\0" not in text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for body in (noise, HEAD + b"<item><title>" + noise + b"</title></item></channel></rss>"):
        try:
            read(body)
        except NotAFeedError:
            continue


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([
    "<item>", "</item>", "<title>", "</title>", "<author>", "</author>", "<name>", "</name>",
    "<link/>", "<link href='x'/>", "<guid>", "</guid>", "<content type='xhtml'>", "</content>",
    "<![CDATA[", "]]>", "&amp;", "&#xD800;", "&x;", "<!--", "-->", "text", "<a:b c='d'>", "é",
    "<source url='x'>", "</source>", "<pubDate>", "</pubDate>", "<image>", "</image>", "<svg>",
]), max_size=40))  # fmt: skip
def test_any_heap_of_elements_is_read_or_refused(pieces: list[str]) -> None:
    try:
        page = read(HEAD + "".join(pieces).encode())
    except NotAFeedError:
        return
    assert len(page.items) <= page.offered


def test_taming_leaves_a_good_feed_as_it_is() -> None:
    body = rss(articles(1, 3, more="<dc:creator>Zoé &amp; Ann</dc:creator>"))
    tamed, cut = tame(decode(body))
    assert not cut
    assert tamed == body.partition(b"?>\n")[2]
