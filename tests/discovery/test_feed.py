"""Feeds as they come: every form a newsroom's system was seen to send, in one table. Add a line to add a form."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.discovery import feed
from monitor.discovery.reading import FeedReading, fresh
from pipelines.records import FeedKind, Listing
from tests.effort import bounded

URL = "https://news.example.org/feed/"
COUNT = 30


def link(number: int) -> str:
    return f"https://news.example.org/2026/11/{number}-prisoners-return"


def item(number: int, *, title: str = "Prisoners return home", extra: str = "") -> str:
    return (
        f"<item><title>{title} {number}</title><link>{link(number)}</link>"
        f"<pubDate>Mon, 23 Nov 2026 10:{number:02}:00 +0200</pubDate>"
        f"<description>Words of the story {number}, long enough to stand for a summary.</description>{extra}</item>"
    )


def rss(items: str | None = None, head: str = '<?xml version="1.0" encoding="UTF-8"?>', space: str = "") -> str:
    body = "".join(item(n) for n in range(COUNT)) if items is None else items
    channel = f"<channel><title>Example News</title><link>https://news.example.org/</link>{body}</channel>"
    return f'{head}<rss version="2.0" {space}>{channel}</rss>'


def atom(space: str = 'xmlns="http://www.w3.org/2005/Atom"', prefix: str = "") -> str:
    p = prefix
    rows = "".join(
        f'<{p}entry><{p}title type="html">Prisoners &lt;b&gt;return&lt;/b&gt; {n}</{p}title><{p}id>tag:example.org,2026:{n}</{p}id>'
        f'<{p}link rel="replies" href="{link(n)}/comments"/><{p}link rel="self" href="{link(n)}.atom"/>'
        f'<{p}link rel="alternate" type="text/html" href="{link(n)}"/><{p}updated>2026-11-23T10:00:00Z</{p}updated></{p}entry>'
        for n in range(COUNT)
    )
    return f"<?xml version='1.0'?><{p}feed {space}><{p}title>Example News</{p}title>{rows}</{p}feed>"


def rdf() -> str:
    rows = "".join(
        f'<item rdf:about="{link(n)}"><title>T {n}</title><link>{link(n)}</link></item>' for n in range(COUNT)
    )
    space = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    return f'<rdf:RDF {space}><channel rdf:about="x"><title>Example News</title></channel>{rows}</rdf:RDF>'


def json_feed(cut: int | None = None) -> str:
    rows = ",".join(f'{{"id":"{n}","url":"{link(n)}","title":"T {n}"}}' for n in range(COUNT))
    return f'{{"version":"https://jsonfeed.org/version/1.1","title":"Example News","items":[{rows}]}}'[:cut]


WHOLE = rss()
ITEM_TAIL = rss(
    "".join(item(n) for n in range(COUNT - 1)) + "<item><title>Half</title><link>https://news.example.org/2026/11/ha"
)

FORMS: list[tuple[str, bytes, int]] = [
    ("plain", WHOLE.encode(), COUNT),
    ("bare ampersand", rss(item(0, title="Search & rescue") + "".join(map(item, range(1, COUNT)))).encode(), COUNT),
    ("bare ampersand in a link", WHOLE.replace("-prisoners", "?a=1&b=2-prisoners").encode(), 0),
    ("html entity", rss("".join(item(n, title="Caf&eacute;&nbsp;news") for n in range(COUNT))).encode(), COUNT),
    ("unknown entity", rss("".join(item(n, title="A&foo;b") for n in range(COUNT))).encode(), COUNT),
    ("mark and line break first", b"\xef\xbb\xbf\r\n" + WHOLE.encode(), COUNT),
    ("warning first", b"<br />\n<b>Warning</b>: mysqli_connect() in /srv/x.php on line 3<br />\n" + WHOLE.encode(), COUNT),
    ("truncated in a word", WHOLE[: WHOLE.index(link(20)) - 20].encode(), 20),
    ("truncated in a link", WHOLE[: WHOLE.index(link(20)) + 30].encode(), 20),
    ("last link half written", ITEM_TAIL.replace("</channel></rss>", "").encode(), COUNT - 1),
    ("control character", WHOLE.replace("home 7", "ho\x0bme 7").encode(), COUNT),
    ("undeclared namespace", rss("".join(item(n, extra="<media:thumbnail url='x'/>") for n in range(COUNT))).encode(), COUNT),
    ("unclosed tag", rss(item(0).replace("</title>", "") + "".join(map(item, range(1, COUNT)))).encode(), COUNT),
    ("unclosed item", rss(item(0).replace("</item>", "") + "".join(map(item, range(1, COUNT)))).encode(), COUNT),
    ("wrong nesting", rss("".join(item(n, extra="<b><i>x</b></i>") for n in range(COUNT))).encode(), COUNT),
    ("bad utf-8", WHOLE.encode().replace(b"home 3", b"ho\xff\xfeme 3"), COUNT),
    ("utf-16 with mark", WHOLE.replace("UTF-8", "UTF-16").encode("utf-16"), COUNT),
    ("utf-16 without mark", WHOLE.replace("UTF-8", "UTF-16").encode("utf-16-le"), COUNT),
    ("utf-32", WHOLE.replace("UTF-8", "UTF-32").encode("utf-32"), COUNT),
    ("windows-1251", rss("".join(item(n, title="Повернення") for n in range(COUNT)), '<?xml version="1.0" encoding="windows-1251"?>').encode("cp1251"), COUNT),
    ("unknown encoding named", WHOLE.replace("UTF-8", "x-klingon").encode(), COUNT),
    ("utf-8 called utf-16", WHOLE.replace("UTF-8", "UTF-16").encode(), COUNT),
    ("upper case", WHOLE.replace("<item>", "<ITEM>").replace("</item>", "</ITEM>").replace("title>", "TITLE>").replace("link>", "LINK>").encode(), COUNT),
    ("rdf", rdf().encode(), COUNT),
    ("atom", atom().encode(), COUNT),
    ("atom with a prefix", atom('xmlns:a="http://www.w3.org/2005/Atom"', "a:").encode(), COUNT),
    ("atom 0.3", atom('version="0.3" xmlns="http://purl.org/atom/ns#"').encode(), COUNT),
    ("json", json_feed().encode(), COUNT),
    ("json with mark", b"\xef\xbb\xbf" + json_feed().encode(), COUNT),
    ("json truncated", json_feed(json_feed().index(link(20)) + 10).encode(), 20),
    ("no root", "".join(map(item, range(COUNT))).encode(), COUNT),
    ("two roots", (WHOLE + WHOLE).encode(), COUNT),
    ("junk after the end", (WHOLE + "<!-- cached -->\n<script>x</script>").encode(), COUNT),
    ("doctype", rss(head='<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x/y.dtd">').encode(), COUNT),
    ("zipped", gzip.compress(WHOLE.encode()), COUNT),
    ("zipped and cut", gzip.compress(WHOLE.encode())[:-200], -1),
    ("permalink only", WHOLE.replace("<link>https://news.example.org/2026", "<guid>https://news.example.org/2026").replace("return</link>", "return</guid>").encode(), COUNT),
    ("cdata", WHOLE.replace("<link>https://news.example.org/2026", "<link>\n<![CDATA[ https://news.example.org/2026").replace("return</link>", "return ]]>\n</link>").encode(), COUNT),
    ("relative links", WHOLE.replace("<link>https://news.example.org/2026", "<link>/2026").encode(), COUNT),
    ("empty", b"", 0),
    ("white space", b" \n\t ", 0),
    ("zero bytes", b"\0" * 4000, 0),
    ("html page", b"<!doctype html><html><body><a href='/x'>Prisoners return home</a></body></html>", 0),
    ("binary junk", bytes(range(256)) * 64, 0),
    ("no items", rss("").encode(), 0),
    ("json but no feed", b'{"error": "not found"}', 0),
    ("json deep", b"{" + b'"items":[' * 100_000, 0),
]  # fmt: skip


@pytest.mark.parametrize(("content", "count"), [pytest.param(body, count, id=name) for name, body, count in FORMS])
def test_form(content: bytes, count: int) -> None:
    reading = feed.parse(content, URL, "example")
    found = [listing.url for listing in reading.listings]
    if count < 0:
        assert 0 < len(found) < COUNT
        assert set(found) <= {link(n) for n in range(COUNT)}
        return
    if "?a=1&b=2" in content.decode("utf-8", "ignore"):
        assert found == [link(n).replace("-prisoners", "?a=1&b=2-prisoners") for n in range(COUNT)]
        return
    assert found == [link(n) for n in range(count)]
    assert (reading.problem is None) == (count == COUNT) or reading.notes
    assert all(listing.title for listing in reading.listings)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("empty", "the feed is empty"),
        ("html page", "an HTML page, not a feed"),
        ("no items", "the feed has no items"),
        ("truncated in a link", "the feed breaks off before its end"),
        ("json but no feed", "JSON, but not a feed: it has no list of items"),
        ("binary junk", "not a feed"),
    ],
)
def test_problem_is_named(name: str, problem: str) -> None:
    content = next(body for form, body, _ in FORMS if form == name)
    assert feed.parse(content, URL).problem == problem


def one(entry: str, url: str = URL, head: str = "", space: str = "") -> Listing:
    text = f'<rss version="2.0" {space}><channel><title>N</title>{head}<item>{entry}</item></channel></rss>'
    (listing,) = feed.parse(text.encode(), url, "example").listings
    return listing


@pytest.mark.parametrize(
    ("entry", "field", "expected"),
    [
        ("<link>/a/1</link><title>A &amp;amp; B</title>", "title", "A & B"),
        ("<link>/a/1</link><title>&lt;b&gt;Two&lt;/b&gt; held</title>", "title", "Two held"),
        ("<link>/a/1</link><title><![CDATA[<i>Two</i>\n held&#8217;s]]></title>", "title", "Two held’s"),
        ("<link>/a/1</link><title>1 < 2</title>".replace("<", "&lt;", 0).replace("1 < 2", "1 &lt; 2"), "title", "1 < 2"),
        ("<link>/a/1</link><pubDate> Mon, 23 Nov\n 2026 </pubDate>", "published", "Mon, 23 Nov 2026"),
        ("<link>/a/1</link><dc:date>2026-11-23</dc:date>", "published", "2026-11-23"),
        ("<link>/a/1</link><dc:language>uk</dc:language>", "language", "uk"),
        ("<link>/a/1</link><category>War</category><category>UN</category><category>War</category>", "tags", ("War", "UN")),
        ("<link>/a/1</link>", "url", "https://www.example.org/a/1"),
        ("<link>//cdn.example.org/a/1</link>", "url", "https://cdn.example.org/a/1"),
        ("<link>www.example.org/a/1</link>", "url", "https://www.example.org/a/1"),
        ("<link>https://x.example.org/a?b=1&amp;amp;c=2</link>", "url", "https://x.example.org/a?b=1&c=2"),
        ("<link>https://x.example.org/a\n/1</link>", "url", "https://x.example.org/a/1"),
        ("<link>https://feed.example/r</link><feedburner:origLink>https://x.example.org/a</feedburner:origLink>", "url", "https://x.example.org/a"),
        ("<link/><guid>https://x.example.org/g</guid>", "url", "https://x.example.org/g"),
        ("<link>/a/1</link><media:group><media:title>No</media:title></media:group><title>Yes</title>", "title", "Yes"),
        ("<link>/a/1</link><description/><content:encoded><![CDATA[<p>Whole</p><p>text</p>]]></content:encoded>", "summary", "Whole text"),
        ('<link>/a/1</link><description xml:lang="fr">&lt;script&gt;x()&lt;/script&gt;Mots</description>', "summary", "Mots"),
    ],
)  # fmt: skip
def test_field(entry: str, field: str, expected: object) -> None:
    space = " ".join(
        f'xmlns:{prefix}="{uri}"'
        for prefix, uri in {
            "dc": "http://purl.org/dc/elements/1.1/",
            "media": "http://search.yahoo.com/mrss/",
            "content": "http://purl.org/rss/1.0/modules/content/",
            "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
        }.items()
    )
    assert getattr(one(entry, head="<link>https://www.example.org/</link>", space=space), field) == expected


@pytest.mark.parametrize(
    "entry",
    [
        "<title>No link</title>",
        "<link>javascript:alert(1)</link>",
        "<link>mailto:desk@example.org</link>",
        "<link>file:///etc/passwd</link>",
        '<guid isPermaLink="false">https://news.example.org/?p=1</guid>',
        '<enclosure url="https://news.example.org/a.mp3"/>',
        "<comments>https://news.example.org/c</comments>",
        "<link>https://[bad</link>",
    ],
)
def test_no_article_link(entry: str) -> None:
    assert feed.parse(rss(f"<item>{entry}</item>").encode(), URL).listings == ()


def test_bases_and_page_links() -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example.org/x/" xml:lang="uk"><title>N</title>'
        '<link rel="next" href="?page=2"/><entry xml:base="y/"><link href="z"/></entry><entry><link href="w"/></entry></feed>'
    )
    reading = feed.parse(text.encode(), URL)
    assert [listing.url for listing in reading.listings] == ["https://b.example.org/x/y/z", "https://b.example.org/x/w"]
    assert (reading.language, reading.kind, reading.listings[0].feed_kind) == ("uk", "atom", FeedKind.ATOM)
    assert reading.next_url is not None
    assert reading.next_url.endswith("?page=2")


def test_header_charset_serves_where_the_feed_is_silent() -> None:
    body = rss(item(1, title="Повернення"), head='<?xml version="1.0"?>').encode("cp1251")
    assert feed.parse(body, URL, charset="windows-1251").listings[0].title == "Повернення 1"


def nested(depth: int) -> bytes:
    return rss(item(1) + "<item><title>" + "<b>" * depth + "x" + "</b>" * depth + "</title></item>" + item(2)).encode()


def laughs() -> bytes:
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{names}]>'
    return rss(item(1, title="&l9;"), head=doctype).encode()


def quadratic() -> bytes:
    return rss(item(1, title="&a;" * 100_000), head=f'<!DOCTYPE rss [<!ENTITY a "{"x" * 100_000}">]>').encode()


def external(target: str) -> bytes:
    return rss(item(1, title="&e;"), head=f'<!DOCTYPE rss [<!ENTITY e SYSTEM "{target}">]>').encode()


def parameter() -> bytes:
    return rss(item(1), head='<!DOCTYPE rss [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>').encode()


BOMBS: dict[str, Callable[[], bytes]] = {
    "billion laughs": laughs,
    "quadratic": quadratic,
    "external file": lambda: external("file:///etc/passwd"),
    "external host": lambda: external("http://127.0.0.1:9/x"),
    "parameter entity": parameter,
    "nesting 200,000": lambda: nested(200_000),
    "nested items": lambda: rss("<item><link>/a</link>" * 200_000).encode(),
    "comments before a doctype": lambda: b"<?xml version='1.0'?>" + b"<!-- x -->" * 50_000 + b"<rss/>",
    "ampersands": lambda: rss(item(1, title="&" * 1_000_000)).encode(),
    "angle brackets": lambda: b"<rss><item>" + b"<" * 1_000_000,
    "open cdata": lambda: b"<rss>" + b"<item><title><![CDATA[" * 100_000,
    "attributes": lambda: ("<rss " + " ".join(f'a{n}="1"' for n in range(60_000)) + "><item/></rss>").encode(),
    "zip bomb": lambda: gzip.compress(b"<rss>" + b" " * 300_000_000, 9),
    "one huge text": lambda: rss(item(1, title="x" * 7_000_000)).encode(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_bounded(name: str) -> None:
    content = BOMBS[name]()
    reading = bounded(lambda: feed.parse(content, URL), 20)  # what goes back over its text would need hours
    told = repr(reading)
    assert "root:" not in told
    assert "hahaha" not in told
    assert len(told) < 4_000_000


@pytest.mark.parametrize("name", ["billion laughs", "quadratic", "external file", "external host", "parameter entity"])
def test_entities_are_refused_by_name(name: str) -> None:
    reading = feed.parse(BOMBS[name](), URL)
    assert "entity declarations refused" in reading.notes
    assert [listing.url for listing in reading.listings] == [link(1)]


def test_deep_nesting_costs_one_item_only() -> None:
    assert {link(1), link(2)} <= {listing.url for listing in feed.parse(nested(200_000), URL).listings}


def test_fresh_gives_what_is_new_or_changed() -> None:
    old = tuple(Listing("o", link(n), f"T {n}", "s", f"2026-11-{n + 1:02}") for n in range(6))
    now = (Listing("o", link(9), "New"), Listing("o", link(0), "T 0, updated", "s", "2026-11-01"), *old[1:])
    assert [listing.url for listing in fresh(old, now)] == [link(9), link(0)]
    assert fresh(now, now) == ()


@pytest.mark.parametrize(("moved", "expected"), [(1, 1), (6, 0)])
def test_a_date_that_changes_everywhere_is_the_generators(moved: int, expected: int) -> None:
    old = tuple(Listing("o", link(n), "T", "s", "Mon") for n in range(6))
    now = tuple(Listing("o", link(n), "T", "s", "Tue" if n < moved else "Mon") for n in range(6))
    assert len(fresh(old, now)) == expected


def test_key_joins_spellings() -> None:
    old, now = (Listing("o", link(1) + tail, "T") for tail in ("", "?utm_source=rss"))
    assert fresh([old], [now], key=lambda url: url.partition("?")[0]) == ()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2_000) | st.text("<>&;[]!/\"'= itemlinkrsCDATA?xml\n", max_size=400).map(str.encode))
def test_any_bytes_give_a_reading(content: bytes) -> None:
    for body in (content, b"<rss><channel>" + content + b"</channel></rss>", WHOLE.encode()[:300] + content):
        assert isinstance(feed.parse(body, URL), FeedReading)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE)), st.sampled_from([WHOLE, atom(), rdf(), json_feed()]))
def test_a_feed_cut_anywhere_never_gives_half_a_link(at: int, whole: str) -> None:
    found = {listing.url for listing in feed.parse(whole[:at].encode(), URL).listings}
    assert found <= {link(n) for n in range(COUNT)}
