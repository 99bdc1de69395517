"""Section pages, channel previews, autodiscovery, robots.txt and the one door to all of them."""

from __future__ import annotations

from functools import partial

import pytest

from monitor import discovery
from monitor.discovery import autodiscover, section, telegram
from pipelines.records import Feed, FeedKind
from tests.effort import bounded

URL = "https://news.example.org/world/"

SECTION = """<!doctype html><html><head><title>World - Example News</title></head><body>
<header><a href="/"><img alt="Example News"></a><nav><a href="/politics/all-about-our-politics-section-2026">All about our politics section</a></nav></header>
<main>
 <article><a href="/world/2026/11/23/two-drivers-freed-after-border-row"><img src="a.jpg" alt="photo"></a>
  <h2><a href="/world/2026/11/23/two-drivers-freed-after-border-row?utm=1#top">Two drivers freed after row at the border post</a></h2>
  <time datetime="2026-11-23T09:00:00+02:00">09:00</time></article>
 <article><h3><a href="https://en.example.org/news/4711234.html">Council hears of missing men from the valley</a></h3></article>
 <li><a href="/world/mine">Mine</a></li>
 <li><a href="/tag/prisoners-of-war-and-more">Prisoners of war and more about them</a></li>
 <li><a href="/author/a-writer-with-a-name">A writer with a long name</a></li>
 <li><a href="https://other.example.com/2026/11/23/somebody-elses-story-about-it">Somebody else's story about the same thing</a></li>
 <li><a href="/files/report-of-the-mission-2026.pdf">Report of the mission to the region</a></li>
 <li><a href="javascript:void(0)">More stories from the world desk</a></li>
 <a href="/world/?page=2">Next</a>
</main>
<footer><a href="/2026/01/01/terms-of-use-of-this-site">Terms of use of this site and others</a></footer></body></html>"""


def test_section_finds_articles_only() -> None:
    reading = section.parse(SECTION.encode(), URL, "example")
    urls = [item.url.partition("?")[0] for item in reading.listings]
    assert set(urls) == {
        "https://news.example.org/world/2026/11/23/two-drivers-freed-after-border-row",
        "https://en.example.org/news/4711234.html",
    }
    titled = [item for item in reading.listings if item.title == "Two drivers freed after row at the border post"]
    assert titled[0].published == "2026-11-23T09:00:00+02:00"
    assert (reading.title, reading.problem, reading.kind) == ("World - Example News", None, "section")


@pytest.mark.parametrize(
    ("address", "article"),
    [
        ("https://x.example/2026/11/23/two-men-freed/", True),
        ("https://x.example/news/two-men-freed-after-a-month", True),
        ("https://x.example/news/4711234.html", True),
        ("https://x.example/a/6f1c0d3e-1111-4a2b-9c3d-000000000000", True),
        ("https://x.example/index.php?id=12345", True),
        ("https://x.example/ukr/news/2026/11/23/7483920/", True),
        ("https://x.example/", False),
        ("https://x.example/world/", False),
        ("https://x.example/tag/prisoners-of-war-in-the-east/", False),
        ("https://x.example/autor/ein-langer-name-1086", False),
        ("https://x.example/about-us", False),
        ("https://x.example/rss", False),
        ("https://x.example/photos/a-long-name-of-a-file.jpg", False),
    ],
)
def test_addresses_of_articles(address: str, article: bool) -> None:
    assert (section.address_score(address) >= 2) is article


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.com.ua/", "https://en.example.com.ua/x", True),
        ("https://a.example.org", "https://b.example.org", True),
        ("https://example.org", "https://example.com", False),
        ("https://one.co.uk", "https://two.co.uk", False),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/x", True),
        ("http://127.0.0.1/", "http://10.0.0.1/", False),
        ("not a url", "not a url", False),
    ],
)
def test_same_site(one: str, other: str, same: bool) -> None:
    assert section.same_site(one, other) is same


def test_section_reads_item_lists() -> None:
    page = (
        '<html><body><script type="application/ld+json">{"@type":"ItemList","itemListElement":['
        '{"@type":"ListItem","url":"/world/one","name":"Two drivers freed after row at the border"},'
        '{"item":{"url":"https://evil.example.com/x","name":"Not of this site at all, is it"}}, 7]}</script></body></html>'
    )
    assert [item.url for item in section.parse(page.encode(), URL).listings] == ["https://news.example.org/world/one"]


def test_chinese_headlines_count_as_words() -> None:
    page = '<meta charset="gb18030"><ul>' + "".join(
        f'<li><a href="/n/20261123/{n}.html">两名被俘人员在边境获释返回家乡</a></li>' for n in range(3)
    )
    reading = section.parse(page.encode("gb18030"), "https://cn.example.cn/", "x")
    assert len(reading.listings) == 3
    assert reading.listings[0].title == "两名被俘人员在边境获释返回家乡"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0",
        b"<div>" * 200_000,
        b"<a href='/2026/11/23/x-y-z-w-v'>" * 50_000,
        b"<ul><li>" + b"".join(b"<a href='/2026/11/23/story-%d-of-the-day'>Words of the headline here</a>" % n for n in range(30_000)),
        b"<script type='application/ld+json'>" + b'{"itemListElement":[' * 20_000 + b"</script>",
        bytes(range(256)) * 1_000,
    ],
    ids=["empty", "zero", "nesting", "open links", "many links", "deep json", "junk"],
)  # fmt: skip
def test_hostile_pages_are_bounded(content: bytes) -> None:
    for parse in (section.parse, telegram.parse):
        reading = bounded(partial(parse, content, URL), 3)
        assert len(reading.listings) <= 400


def message(number: int, text: str, extra: str = "") -> str:
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message js-widget_message" data-post="example_ch/{number}">'
        f'{extra}<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        f'<a class="tgme_widget_message_date" href="https://t.me/example_ch/{number}"><time datetime="2026-11-23T0{number}:00:00+00:00">'
        "</time></a></div></div>"
    )


REPLY = '<a class="tgme_widget_message_reply"><div class="tgme_widget_message_text">Old words quoted</div></a>'
CHANNEL = (
    '<html><div class="tgme_channel_info_header_title"><span>Example channel</span></div>'
    '<a class="tme_messages_more" data-before="5">more</a>'
    + message(5, "<b>Two men</b> freed.<br/>They are ho<b>me</b> now. #exchange", REPLY)
    + message(6, "")
    + message(7, "Second message")
    + "</html>"
)


def test_channel_preview() -> None:
    reading = telegram.parse(CHANNEL.encode(), "https://t.me/s/example_ch", "example")
    assert (reading.title, reading.problem) == ("Example channel", None)
    first, second = reading.listings
    assert (first.url, first.title) == ("https://t.me/example_ch/5", "Two men freed.")
    assert first.summary == "Two men freed. They are home now. #exchange"
    assert (first.published, first.tags) == ("2026-11-23T05:00:00+00:00", ("exchange",))
    assert second.title == "Second message"
    assert reading.next_url == "https://t.me/s/example_ch?before=5"


def test_page_without_preview_is_named() -> None:
    assert telegram.parse(b"<html><body>hello</body></html>", "https://t.me/s/x").problem == "not a channel preview"
    page = b'<div class="tgme_page_title">Closed</div>'
    assert (
        telegram.parse(page, "https://t.me/closed").problem
        == "the channel shows no preview, or has no messages with words"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://t.me/some_channel", "https://t.me/s/some_channel"),
        ("t.me/s/some_channel?before=4", "https://t.me/s/some_channel"),
        ("https://telegram.me/some_channel/12", "https://t.me/s/some_channel"),
        ("https://t.me/joinchat/AAAA", None),
        ("https://t.me/share/url?url=x", None),
        ("https://t.me/", None),
        ("https://example.org/some_channel", None),
    ],
)
def test_preview_url(url: str, expected: str | None) -> None:
    assert telegram.preview_url(url) == expected


def test_autodiscovery() -> None:
    page = (
        '<html><head><base href="https://news.example.org/"><link rel="alternate" type="application/rss+xml" title="All" href="/feed/">'
        '<link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="atom.xml">'
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        '<link rel="alternate" type="text/html" hreflang="uk" href="/uk/"><link rel="icon" type="application/rss+xml" href="/i">'
        '</head><body><a href="/rss/war.xml">War</a><a href="/world/">World</a><a href="https://t.me/example_ch">Telegram</a>'
        '<a href="https://other.example.com/rss">Other</a><a href="/breakfast-feeds-the-poor">x</a></body></html>'
    )
    found = autodiscover.find(page.encode(), "https://news.example.org/x/")
    assert [(item.url, item.kind.value, item.why) for item in found] == [
        ("https://news.example.org/feed/", "rss", "named by the page"),
        ("https://news.example.org/atom.xml", "atom", "named by the page"),
        ("https://news.example.org/rss/war.xml", "rss", "linked from the page"),
        ("https://t.me/s/example_ch", "telegram", "linked from the page"),
    ]


def test_usual_places() -> None:
    found = [item.url for item in autodiscover.candidates("https://news.example.org/en")]
    assert found[:2] == ["https://news.example.org/en/feed/", "https://news.example.org/feed/"]
    assert len(found) == len(set(found))
    assert autodiscover.candidates("javascript:x") == ()


def test_robots_sitemaps() -> None:
    text = "\ufeffUser-agent: *\r\nDisallow: /x\r\nSITEMAP : https://a.example/s.xml # main\r\nsitemap:/news.xml\nSitemap:\nsitemap: ftp://x/y"
    assert autodiscover.robots_sitemaps(text, "https://b.example/robots.txt") == (
        "https://a.example/s.xml",
        "https://b.example/news.xml",
    )


RSS = b"<rss><channel><item><title>T</title><link>https://news.example.org/1</link></item></channel></rss>"
URLSET = b'<?xml version="1.0"?><urlset><url><loc>https://news.example.org/1</loc></url></urlset>'


@pytest.mark.parametrize(
    ("declared", "content", "kind"),
    [
        (FeedKind.RSS, RSS, "rss"),
        (FeedKind.ATOM, RSS, "rss"),
        (FeedKind.JSON, RSS, "rss"),
        (FeedKind.SITEMAP, RSS, "rss"),
        (FeedKind.SECTION, RSS, "rss"),
        (FeedKind.RSS, URLSET, "sitemap"),
        (FeedKind.SITEMAP, URLSET, "sitemap"),
        (FeedKind.SECTION, SECTION.encode(), "section"),
        (FeedKind.TELEGRAM, CHANNEL.encode(), "telegram"),
        (FeedKind.RSS, SECTION.encode(), "html"),
    ],
)
def test_read_goes_by_what_it_gets(declared: FeedKind, content: bytes, kind: str) -> None:
    reading = discovery.read(Feed(declared, URL, language="uk"), content, outlet_id="example")
    assert reading.kind == kind
    assert bool(reading.listings) is (kind != "html")
    assert all((item.outlet_id, item.language) == ("example", "uk") for item in reading.listings)


def test_html_in_place_of_a_feed_names_the_feeds() -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>'
    problem = discovery.read(Feed(FeedKind.RSS, URL), page).problem
    assert problem == "an HTML page, not a feed; it names https://news.example.org/real.xml"
