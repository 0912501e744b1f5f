"""Made-up forums in the formats of the programs that run them."""

from __future__ import annotations

from html import escape

PAGES = {
    "phpbb": '<html><body id="phpbb" class="nojs">Powered by <a href="https://www.phpbb.com/">',
    "xenforo": '<!DOCTYPE html><html id="XF" data-app="public"><head>',
    "smf": '<!DOCTYPE html><html><script>var smf_scripturl = "x";</script>',
    "fluxbb": '<!DOCTYPE html><html><div id="punindex" class="pun">',
    "vbulletin": '<html><head><meta name="generator" content="vBulletin 4.2.5" />',
    "mybb": '<html><body>Powered By <a href="https://mybb.com">MyBB</a>',
    "fossil": "<!DOCTYPE html><html><body class='forum'><div class='footer'>\nFossil 2.21 [3c5]",
    "discourse": '<!DOCTYPE html><html><head><meta name="generator" content="Discourse 3.2">',
    "": "<!DOCTYPE html><html><body>A page of somebody's own",
}


def page(software: str, *feeds: str) -> bytes:
    """A page of a forum that offers these feeds."""
    links = "".join(
        f'<link rel="alternate" type="application/atom+xml" href="{escape(feed)}">'
        for feed in feeds
    )
    return (PAGES[software] + links).encode()


def atom(*entries: str) -> bytes:
    """An Atom feed of these entries."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<title>Harbour forum</title><id>https://forum.example/</id>" + "".join(entries) + "</feed>"
    ).encode()


def rss(*items: str) -> bytes:
    """An RSS feed of these items."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:slash="http://purl.org/rss/1.0/modules/slash/">'
        "<channel><title>Harbour forum</title><link>https://forum.example/</link>"
        + "".join(items)
        + "</channel></rss>"
    ).encode()


def phpbb(topic: int, post: int, subject: str, text: str, author: str = "Ann") -> str:
    """An entry as phpBB 3.3 writes it, its statistics included."""
    link = f"https://forum.example/board/viewtopic.php?t={topic}&amp;p={post}#p{post}"
    said = escape(
        f"{text}<p>Statistics: Posted by <a href='u'>{author}</a> — Sun Nov 22, 2026</p><hr />"
    )
    return (
        f"<entry><author><name><![CDATA[{author}]]></name></author>"
        f"<updated>2026-11-22T10:{post % 60:02d}:00+00:00</updated>"
        f"<published>2026-11-22T10:{post % 60:02d}:00+00:00</published>"
        f'<id>{link}</id><link href="{link}"/>'
        f'<title type="html"><![CDATA[Boats • {subject}]]></title>'
        f'<category term="Boats" label="Boats"/><content type="html">{said}</content></entry>'
    )


def smf(topic: int, post: int, subject: str, text: str, author: str = "Ann") -> str:
    """An entry as Simple Machines writes it."""
    link = f"https://forum.example/index.php?topic={topic}.msg{post}#msg{post}"
    return (
        f"<entry><title>{subject}</title><link href='{link}'/><summary type='html'>{text}</summary>"
        f"<author><name>{author}</name></author><id>{link}</id>"
        f"<published>2026-11-22T10:{post % 60:02d}:00Z</published>"
        f"<updated>2026-11-22T10:{post % 60:02d}:00Z</updated></entry>"
    )


def fluxbb(topic: int, minute: int, subject: str, text: str, author: str = "Ann") -> str:
    """An entry as FluxBB writes it: the topic, with what was said there last."""
    link = f"https://forum.example/viewtopic.php?id={topic}&amp;action=new"
    return (
        f'<entry><title type="html"><![CDATA[{subject}]]></title>'
        f'<link rel="alternate" href="{link}"/>'
        f'<summary type="html"><![CDATA[<p>{text}</p>]]></summary>'
        f"<author><name><![CDATA[{author}]]></name></author>"
        f"<updated>2026-11-22T10:{minute:02d}:00Z</updated><id>{link}</id></entry>"
    )


def fluxbb_post(number: int, minute: int, subject: str, text: str, author: str = "Ann") -> str:
    """An entry of a topic's own feed as FluxBB writes it: it does not name the topic."""
    link = f"https://forum.example/viewtopic.php?pid={number}#p{number}"
    return (
        f'<entry><title type="html"><![CDATA[{subject}]]></title>'
        f'<link rel="alternate" href="{link}"/>'
        f'<content type="html"><![CDATA[<p>{text}</p>]]></content>'
        f"<author><name><![CDATA[{author}]]></name></author>"
        f"<updated>2026-11-22T10:{minute:02d}:00Z</updated><id>{link}</id></entry>"
    )


def xenforo(topic: int, subject: str, text: str, author: str = "Ann", replies: int = 0) -> str:
    """An item as XenForo 2 writes it: the topic, with its first post."""
    link = f"https://forum.example/threads/{subject.lower().replace(' ', '-')}.{topic}/"
    return (
        f"<item><title>{subject}</title><pubDate>Sun, 22 Nov 2026 10:00:00 +0000</pubDate>"
        f"<link>{link}</link><guid isPermaLink='false'>{topic}</guid>"
        f"<dc:creator>{author}</dc:creator><slash:comments>{replies}</slash:comments>"
        f"<description><![CDATA[{text}]]></description></item>"
    )


def fossil(number: int, title: str, author: str = "ann") -> str:
    """An item as Fossil's timeline writes it: a title and nothing else."""
    link = f"https://forum.example/repo/info/{number:064x}"
    return (
        f"<item><title>{title}</title><link>{link}</link><description>{title}</description>"
        f"<pubDate>Sun, 22 Nov 2026 10:{number:02d}:00 +0000</pubDate>"
        f"<dc:creator>{author}</dc:creator><guid>{link}</guid></item>"
    )
