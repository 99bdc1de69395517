"""Which addresses are one article, and which must never become one. Every mended bug adds a line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.analysis.url_parts import parse
from pipelines.analysis.url_rules import SiteRule
from pipelines.analysis.urls import canonical, key

A = "https://www.example.com/news/two-men-held-48213"
SAME = [
    (A, "http://www.example.com/news/two-men-held-48213", "scheme"),
    (A, "https://example.com/news/two-men-held-48213", "www"),
    (A, "https://m.example.com/news/two-men-held-48213", "mobile host"),
    (A, "https://mobile.example.com/news/two-men-held-48213", "mobile host"),
    (A, "https://www2.example.com/news/two-men-held-48213", "numbered www"),
    ("https://en.example.org/x-1", "https://en.m.example.org/x-1", "mobile label inside"),
    (A, "https://pda.example.com/news/two-men-held-48213", "host for old phones"),
    (A, "https://WWW.Example.COM/news/two-men-held-48213", "host case"),
    (A, "https://www.example.com./news/two-men-held-48213", "trailing dot of the host"),
    (A, "https://www.example.com:443/news/two-men-held-48213", "default port"),
    ("http://example.com:80/a-1", "https://example.com/a-1", "default port"),
    (A, A + "/", "trailing slash"),
    (A, "https://www.example.com//news//two-men-held-48213", "double slashes"),
    (A, "https://www.example.com/news/./x/../two-men-held-48213", "dot segments"),
    (A, A + "#comments", "fragment"),
    (A, A + "#:~:text=two%20men", "text fragment"),
    (A, A + "?utm_source=tg&utm_medium=social&utm_campaign=a", "campaign"),
    (A, A + "?fbclid=IwAR0abc", "click id"),
    (A, A + "?at_medium=RSS&at_campaign=KARANGA", "campaign of a broadcaster"),
    (A, A + "?ref=rss", "channel word"),
    (A, A + "?from=singlemessage&isappinstalled=0", "messenger"),
    (A, A + "?share=twitter&nb=1", "share button"),
    (A, A + "&utm_source=feed", "campaign without a question mark"),
    (A + "?id=5", A + "?id=5?utm_source=feed", "two question marks"),
    (A + "?id=5", A + "?id=5&amp;utm_source=feed", "ampersand written as HTML"),
    (A, A + "?UTM_Source=x", "case of a tracker"),
    (A, A + "?", "empty query"),
    (A, A + "%20", "trailing encoded space"),
    (A, A + " \n", "trailing white space"),
    (A, A + "%E2%80%8B", "trailing zero-width space"),
    (A + "?a=1&b=2", A + "?b=2&a=1", "parameter order"),
    (A + "?q=a+b", A + "?q=a%20b", "plus for a space"),
    (A, A + "/amp", "AMP as last word"),
    (A, A + "/amp/", "AMP as last word"),
    (A, "https://www.example.com/amp/news/two-men-held-48213", "AMP as first word"),
    (A, "https://www.example.com/news/amp/two-men-held-48213", "AMP inside"),
    (A, "https://amp.example.com/news/two-men-held-48213", "AMP host"),
    (A, A + "?amp", "AMP flag"),
    (A, A + "?amp=1", "AMP parameter"),
    (A, A + "?outputType=amp", "AMP as output"),
    (A, A + "-amp", "AMP suffix"),
    (A + ".html", A + ".amp.html", "AMP before the ending"),
    (A + ".html", A + ".amp", "AMP instead of the ending"),
    (A + ".html", A + ".html.amp", "AMP after the ending"),
    (A + ".html", A, "file ending of a numbered article"),
    (
        "https://www.radio.example/a/title/3312.html",
        "https://www.radio.example/amp/title/3312.html",
        "AMP by a swapped word",
    ),
    ("https://www.radio.example/article/3312", "https://www.radio.example/amp/3312", "AMP by a swapped word"),
    (A, "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/news/two-men-held-48213", "AMP cache"),
    (
        A,
        "https://www-example-com.cdn.ampproject.org/v/s/www.example.com/news/two-men-held-48213/amp?amp_js_v=0.1",
        "viewer",
    ),
    (A, "https://www.google.com/amp/s/www.example.com/news/two-men-held-48213", "search engine's AMP viewer"),
    (
        A,
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fwww.example.com%2Fnews%2Ftwo-men-held-48213&usg=x",
        "search redirector",
    ),
    (
        A,
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.example.com%2Fnews%2Ftwo-men-held-48213%3Ffbclid%3Dz&h=q",
        "redirector",
    ),
    (A, "https://t.me/iv?url=https%3A%2F%2Fwww.example.com%2Fnews%2Ftwo-men-held-48213&rhash=1", "instant view"),
    (A, "https://vk.com/away.php?to=https%3A%2F%2Fwww.example.com%2Fnews%2Ftwo-men-held-48213", "redirector"),
    (
        A,
        "https://click.mail.example/redirect?url=https%3A%2F%2Fwww.example.com%2Fnews%2Ftwo-men-held-48213",
        "unknown redirector",
    ),
    (A, "https://web.archive.org/web/20250405000000/" + A, "archive"),
    (
        A,
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.example.com%2Fnews%2Ftwo-men-held-48213&data=x",
        "mail guard",
    ),
    ("https://example.com/a.jsp?id=7", "https://example.com/a.jsp;jsessionid=0A1B2C?id=7", "session in the path"),
    (
        "https://example.com/a.php?id=7",
        "https://example.com/a.php?id=7&PHPSESSID=8f3c2d1e0a9b8c7d",
        "session parameter",
    ),
    (
        "https://example.com/a.php?id=7",
        "https://example.com/a.php?sid=8f3c2d1e0a9b8c7d6e5f4a3b&id=7",
        "session by its look",
    ),
    ("https://example.com/n/a.aspx?id=7", "https://example.com/(S(abc123def456))/n/a.aspx?id=7", "session in brackets"),
    (
        "https://example.com/a.asp?id=7",
        "https://example.com/a.asp?ASPSESSIONIDQSCRTBBA=ABCDEF&id=7",
        "session, own letters",
    ),
    (A + ".html", A + ",print.html", "print view behind a comma"),
    (A, A + "?print=1", "print parameter"),
    (A, A + "/print", "print path"),
    (A, "https://www.example.com/print/news/two-men-held-48213", "print path"),
    (A, A + "?view=print", "print view"),
    (A, A + "?tmpl=component&print=1", "print view of a CMS"),
    (A, A + "?page=1", "first page"),
    ("https://example.com/news/x/", "https://example.com/news/x/index.html", "index file"),
    ("https://example.com/", "https://example.com/index.php", "index file"),
    ("https://example.com", "https://example.com/", "no path"),
    ("https://новини.укр/x-1", "https://xn--b1amarcd.xn--j1amh/x-1", "IDN"),
    (
        "https://example.ae/خبر-عاجل",
        "https://example.ae/%D8%AE%D8%A8%D8%B1-%D8%B9%D8%A7%D8%AC%D9%84",
        "raw Arabic path",
    ),
    ("https://example.cn/新闻/1", "https://example.cn/%e6%96%b0%e9%97%bb/1", "raw Chinese path, small hex digits"),
    ("https://example.ae/%D8%AE%D8%A8", "https://example.ae/%25D8%25AE%25D8%25A8", "encoded twice"),
    ("https://example.com/caf%C3%A9-1", "https://example.com/cafe\u0301-1", "composed letters"),
    ("https://example.com/%7Euser/x", "https://example.com/~user/x", "needless encoding"),
    ("https://example.com/#!/news/12", "https://example.com/?_escaped_fragment_=/news/12", "hash-bang, crawlable form"),
    ("https://t.me/s/somechannel/120", "https://t.me/somechannel/120?single", "channel preview"),
    ("https://youtu.be/abcdefghijk?si=x", "https://www.youtube.com/watch?v=abcdefghijk&t=30s", "short video address"),
    ("//example.com/a-1", "https://example.com/a-1", "no scheme"),
    ("example.com/a-1", "https://example.com/a-1", "bare"),
    ("https://user:pw@example.com/a-1", "https://example.com/a-1", "user in the address"),
    ("https://example.com\\news\\a-1", "https://example.com/news/a-1", "back slashes"),
    (A, "https://refhide.example/?" + A, "referrer hider"),
    (A + "?id=5", "https://refhide.example/?" + A + "?id=5", "referrer hider, with a query"),
    (A, A + "?maca=en-rss-all", "campaign of a broadcaster"),
]
DIFFERENT = [
    (A, "https://www.example.com/news/two-men-held-48214", "article number"),
    ("https://example.com/?p=12", "https://example.com/?p=13", "post number"),
    ("https://example.com/a.php?id=5", "https://example.com/a.php?id=6", "id"),
    ("https://example.com/a.php?id=5", "https://example.com/a.php", "id against none"),
    ("https://example.com/a.php?sid=512", "https://example.com/a.php?sid=513", "story id is no session"),
    ("https://example.com/a?objectId=1", "https://example.com/a?objectId=2", "object id"),
    ("https://example.com/a?ref=48213", "https://example.com/a?ref=48214", "ref with a number"),
    ("https://example.com/a?unknown=1", "https://example.com/a", "unknown parameter"),
    ("https://example.com/a?lang=uk", "https://example.com/a?lang=ru", "language parameter"),
    ("https://example.com/uk/a-1", "https://example.com/en/a-1", "language path"),
    ("https://example.com/a-1", "https://example.com/en/a-1", "language path against none"),
    ("https://uk.example.com/a-1", "https://en.example.com/a-1", "language host"),
    ("https://example.com/a?variant=zh-hans", "https://example.com/a?variant=zh-hant", "script variant"),
    ("https://example.com/simp/a-1", "https://example.com/trad/a-1", "script path"),
    ("https://example.com/Ab1", "https://example.com/aB1", "case of the path"),
    ("https://example.com/a?id=Ab", "https://example.com/a?id=aB", "case of a value"),
    ("https://example.com/#!/news/12", "https://example.com/#!/news/13", "hash-bang"),
    ("https://example.com/#/news/12", "https://example.com/#/news/13", "route"),
    ("https://example.com/a?page=2", "https://example.com/a", "second page"),
    ("https://example.com:8080/a-1", "https://example.com/a-1", "other port"),
    ("https://sport.example.com/a-1", "https://example.com/a-1", "sub-domain with a meaning"),
    ("https://one.blogspot.com/a-1", "https://two.blogspot.com/a-1", "blogs on one host"),
    ("https://example.com/news/1234", "https://example.com/video/1234", "section and number"),
    ("https://example.com/news/12345", "https://example.com/blogs/12345", "section and number"),
    ("https://example.com/a%2Fb", "https://example.com/a/b", "encoded slash"),
    ("https://example.com/a?q=1%262", "https://example.com/a?q=1&2", "encoded ampersand"),
    ("https://example.com/a", "https://example.org/a", "another site"),
    ("https://example.co.uk/a", "https://example.com/a", "another ending"),
    ("https://m.com/a", "https://amp.com/a", "hosts that only look mobile"),
    ("https://www.google.com/search?q=a", "https://www.google.com/search?q=b", "not a redirector's path"),
    (
        "https://example.com/redirect?url=https%3A%2F%2Fexample.com%2Fa",
        "https://example.com/redirect?url=https%3A%2F%2Fexample.com%2Fb",
        "inner",
    ),
    ("https://example.com/amp", "https://example.com/", "a lone word is a page"),
    ("https://example.com/print", "https://example.com/", "a lone word is a page"),
    ("https://example.com/mobile", "https://example.com/m", "two sections"),
    ("https://example.com/view?type=news&n=1", "https://example.com/view?type=blog&n=1", "type that is no dress"),
    ("https://example.com/a.html", "https://example.com/b.html", "file"),
    ("https://example.com/news.html", "https://example.com/news", "file and section"),
    (
        "https://example.com/forum.php?mod=viewthread&tid=1",
        "https://example.com/forum.php?mod=viewthread&tid=2",
        "thread",
    ),
    ("https://t.me/somechannel/120", "https://t.me/somechannel/121", "post"),
    ("https://youtu.be/abcdefghijk", "https://youtu.be/abcdefghijl", "video"),
    ("https://example.com/2025/04/05/a", "https://example.com/2025/04/06/a", "day in the path"),
    ("https://example.com/tag/amp-stations", "https://example.com/tag/stations", "word inside a slug"),
]


@pytest.mark.parametrize(("a", "b", "why"), SAME)
def test_one_article(a: str, b: str, why: str) -> None:
    assert key(a) == key(b), why


@pytest.mark.parametrize(("a", "b", "why"), DIFFERENT)
def test_two_articles(a: str, b: str, why: str) -> None:
    assert key(a) != key(b), why


DECLARED = [
    (
        "https://m.example.com/a-b-c?utm_source=x",
        "https://www.example.com/a-b-c",
        None,
        "https://www.example.com/a-b-c",
        "same site",
    ),
    ("https://m.example.com/news/12345", "/news/12345", None, "https://m.example.com/news/12345", "relative"),
    ("https://example.com/a-b-c", "https://other.example.org/a-b-c", None, "https://example.com/a-b-c", "another site"),
    ("https://example.com/a-b-c", "https://example.com/", None, "https://example.com/a-b-c", "front page"),
    (
        "https://example.com/uk/a-b-c",
        "https://example.com/uk/",
        None,
        "https://example.com/uk/a-b-c",
        "front page of an edition",
    ),
    (
        "https://example.com/uk/a-b-c",
        "https://example.com/en/a-b-c",
        None,
        "https://example.com/uk/a-b-c",
        "another edition",
    ),
    ("https://example.com/uk/a-b-c", "https://example.com/a-b-c", None, "https://example.com/uk/a-b-c", "edition lost"),
    ("https://example.com/news/a-b-c", "https://example.com/news", None, "https://example.com/news/a-b-c", "section"),
    (
        "https://example.com/news/12345/a-b-c",
        "https://example.com/news/12345",
        None,
        "https://example.com/news/12345",
        "number only",
    ),
    (
        "https://example.com/read.php?id=5",
        "https://example.com/read.php",
        None,
        "https://example.com/read.php?id=5",
        "lost its number",
    ),
    ("https://example.com/?p=5", "https://example.com/a-b-c-d", None, "https://example.com/a-b-c-d", "pretty address"),
    (
        "https://cdn-mirror.example.net/a-b-c",
        "https://example.com/a-b-c",
        "https://example.com/",
        "https://example.com/a-b-c",
        "mirror of home",
    ),
    ("https://example.com/a-b-c", "{{canonical}}", None, "https://example.com/a-b-c", "template"),
    ("https://example.com/a-b-c", "javascript:void(0)", None, "https://example.com/a-b-c", "no web address"),
    ("https://example.com/a-b-c", "http://[broken", None, "https://example.com/a-b-c", "broken"),
    (
        "https://one.blogspot.com/a-b-c",
        "https://two.blogspot.com/a-b-c",
        None,
        "https://one.blogspot.com/a-b-c",
        "another blog",
    ),
    ("https://example.com/", "https://example.com/", None, "https://example.com/", "the front page itself"),
]


@pytest.mark.parametrize(("url", "declared", "home", "shown", "why"), DECLARED)
def test_declared_address(url: str, declared: str, home: str | None, shown: str, why: str) -> None:
    reading = canonical(url, [declared], home)
    assert reading.url == shown, why
    assert reading.key == key(shown)


def test_the_first_believable_declaration_wins() -> None:
    reading = canonical("https://example.com/x/12345", ["https://example.com/", "https://example.com/y/12345"])
    assert reading.url == "https://example.com/y/12345"
    assert "declared address not used: a front page" in reading.why


def test_every_step_is_named() -> None:
    reading = canonical("https://l.facebook.com/l.php?u=https%3A%2F%2Fm.example.com%2Fa-1%2Famp%3Futm_source%3Dx")
    assert reading.url == "https://m.example.com/a-1/amp"
    assert reading.key == "example.com/a-1"
    for word in ("taken out of l.facebook.com", "utm_source", "m.example.com read as example.com", "AMP"):
        assert any(word in step for step in reading.why), word


def test_an_outlet_declares_its_own_rules() -> None:
    rules = (SiteRule("example.com", drop=frozenset({"section"})),)
    assert key("https://example.com/a?section=x&id=1", rules) == key("https://example.com/a?id=1", rules)
    assert key("https://example.com/a?section=x&id=1") != key("https://example.com/a?id=1")
    only = (SiteRule("example.com", keep=frozenset({"id"})),)
    assert key("https://example.com/a?id=1&w=2", only) == "example.com/a?id=1"


_TEXT = st.text(alphabet=st.characters(), max_size=80)
_NAME = st.text(alphabet="abcdefghijkxyz", min_size=3, max_size=9).map(lambda name: "x" + name)
_WEB = st.builds(
    lambda scheme, host, path, query, tail: f"{scheme}{host}/{path}{query}{tail}",
    st.sampled_from(["http://", "https://", "", "//", "HTTP://"]),
    st.sampled_from(
        [
            "example.com",
            "m.example.com",
            "www.пример.рф",
            "amp.dev",
            "www.gov.uk",
            "localhost:80",
            "[::1]",
            "1.2.3.4:8080",
            "a..b",
        ]
    ),
    st.text(alphabet="ab/.-%25D8amp;print(S)é م\\", max_size=30),
    st.text(alphabet="?&=;abid%26+utm_", max_size=30),
    st.text(alphabet="#!/?a:~&", max_size=10),
)


@given(st.one_of(_TEXT, _WEB))
@example("https://example.com/amp/amp/amp")
@example("http://example.com:443/x")
@example("https://example.com/a%2")
@example("//////a.b")
def test_a_key_is_its_own_key_and_nothing_raises(text: str) -> None:
    found = key(text)
    assert key(found) == found
    canonical(text, [text[::-1], text], text)


@given(st.one_of(_TEXT, _WEB))
def test_the_shown_address_is_stable(text: str) -> None:
    shown = canonical(text).url
    assert canonical(shown).url == shown
    assert key(shown) == key(text)


@given(st.dictionaries(_NAME, st.text(alphabet="abc019", max_size=5), min_size=1, max_size=5), st.randoms())
def test_unknown_parameters_survive_in_any_order(pairs: dict[str, str], random: object) -> None:
    items = [f"{name}={value}" for name, value in pairs.items()]
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = key("https://example.com/a?" + "&".join(items))
    assert found == key("https://example.com/a?" + "&".join(shuffled))
    parts = parse(found)
    assert parts is not None
    assert {name for name, _ in parts.query} == set(pairs)
