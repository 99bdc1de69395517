"""What pages say about themselves, and when they were published. Add a row to a table."""

from datetime import UTC, date, datetime

import pytest
from lxml.html import document_fromstring

from pipelines.analysis.meta_stamp import parse_stamp
from pipelines.analysis.meta_visible import shown_day, written_day
from pipelines.analysis.meta_when import find_times
from pipelines.analysis.meta_zone import presumed_zone
from pipelines.analysis.metadata import read_metadata

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WRITTEN = [
    ("Опубліковано 9 квітня 2025, 18:30", "2025-04-09"),
    ("9 апреля 2025 г.", "2025-04-09"),
    ("9. April 2025 um 18:30", "2025-04-09"),
    ("le 9 avril 2025", "2025-04-09"),
    ("9 de abril de 2025", "2025-04-09"),
    ("9 de março de 2025", "2025-03-09"),
    ("April 9th, 2025", "2025-04-09"),
    ("9 Nisan 2025", "2025-04-09"),
    ("2025年4月9日", "2025-04-09"),
    ("2025년 4월 9일", "2025-04-09"),
    ("9 أبريل 2025", "2025-04-09"),
    ("9 अप्रैल 2025", "2025-04-09"),
    ("09.04.25", "2025-04-09"),
    ("9. April 2025 - 16.03 Uhr", "2025-04-09"),
    ("2025. 4. 9. 18:30", "2025-04-09"),
    ("۲۰ فروردین ۱۴۰۴", "2025-04-09"),
    ("۱۴۰۴/۰۱/۲۰ - ۱۸:۳۰", "2025-04-09"),
    ("२०८१ चैत २७", "2025-04-09"),
    ("٩ أبريل ٢٠٢٥", "2025-04-09"),
    ("4.5.2031", None),
    ("Version 1.2.3.4", None),
    ("no date", None),
]
STAMPS = [
    ("2025-04-09T18:30:00+03:00", "2025-04-09T18:30:00+03:00"),
    ("2025-04-09T18:30:00Z", "2025-04-09T18:30:00+00:00"),
    ("2025-04-09T18:30:00.123Z", "2025-04-09T18:30:00+00:00"),
    ("2025-04-09 18:30", "2025-04-09T18:30:00"),
    ("2025-04-09T18:30:00+0545", "2025-04-09T18:30:00+05:45"),
    ("20250409T183000Z", "2025-04-09T18:30:00+00:00"),
    ("2025-04-09", "2025-04-09"),
    ("2025/4/9", "2025-04-09"),
    ("09.04.2025 18:30", "2025-04-09T18:30:00"),
    ("Wed, 09 Apr 2025 18:30:00 +0300", "2025-04-09T18:30:00+03:00"),
    ("April 9, 2025 6:30 pm", "2025-04-09T18:30:00"),
    ("9 April 2025", "2025-04-09"),
    ("1744212600", "2025-04-09T15:30:00+00:00"),
    ("2025-13-45", None),
    ("soon", None),
    ("", None),
]
LD = '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"h",%s}</script>'
PAGES = [
    (
        "JSON-LD with zone",
        LD % '"datePublished":"2025-04-09T18:30:00+03:00"',
        "https://e.org/a",
        "2025-04-09T18:30:00+03:00",
        (),
    ),
    (
        "UTC shown at home, same instant",
        LD % '"datePublished":"2025-04-09T22:30:00Z"',
        "https://e.de/a",
        "2025-04-10T00:30:00+02:00",
        (),
    ),
    (
        "meta",
        '<meta property="article:published_time" content="2025-04-09T10:00:00+01:00">',
        "https://e.org/a",
        "2025-04-09T10:00:00+01:00",
        (),
    ),
    ("only a day", '<meta name="pubdate" content="2025-04-09">', "https://e.org/a", "2025-04-09", ()),
    (
        "address disagrees",
        LD % '"datePublished":"2025-04-09T18:30:00+03:00"',
        "https://e.org/2025/03/02/a",
        "2025-04-09T18:30:00+03:00",
        ("date_conflict",),
    ),
    (
        "changed before it was published",
        LD % '"datePublished":"2025-04-09T18:30:00+03:00","dateModified":"2024-01-01T00:00:00+03:00"',
        "https://e.org/a",
        "2025-04-09T18:30:00+03:00",
        ("modified_before_published",),
    ),
    (
        "in the future",
        '<meta property="article:published_time" content="2031-04-09T10:00:00+01:00">',
        "https://e.org/a",
        None,
        (),
    ),
    (
        "the guess of another year than the address's",
        '<meta name="copyright" content="2010-06-01">',
        "https://e.org/news/2011/12/a",
        None,
        (),
    ),
    ("a month in the address is no day", "", "https://e.org/2025/04/a", None, ()),
    (
        "broken JSON-LD",
        (LD % '"datePublished":"2025-04-09T18:30:00+03:00",'),
        "https://e.org/a",
        "2025-04-09T18:30:00+03:00",
        (),
    ),
]


# What stands on a page around its headline ("#"), and the day it was published.
SHOWN = [
    ("below", "# <p>9 April 2025</p>", "2025-04-09"),
    (
        "above, nearer than what is read below",
        "<p>9 April 2025</p> # <p>a</p><p>b</p><p>c</p><p>d</p><p>1 March 2024</p>",
        "2025-04-09",
    ),
    ("not a date in running text", f"# <p>{'The law has been in force for long, ' * 2} since 1 March 2024</p>", None),
    ("not in a caption", "# <p>Photo: A. B., 1 March 2024</p> <p>9 April 2025</p>", "2025-04-09"),
    ("not a range of days", "# <p>Week of 3 - 9 March 2024</p>", None),
    ("published before updated", "# <p>Updated 12 April 2025</p> <p>Published 9 April 2025</p>", "2025-04-09"),
    ("marked as a date", "# <p>1 March 2024 conference</p> <p class='date'>9 April 2025</p>", "2025-04-09"),
    ("a calendar leaf", "# <p><b>09</b><i>Apr</i><u>2025</u></p>", "2025-04-09"),
    ("far below, of another article", "# " + "<p>text</p>" * 20 + "<p>1 March 2024</p>", None),
    ("day first", "# <p>4/9/2025</p>", "2025-09-04"),
    ("a headline within navigation", "<nav>#</nav> <p>9 April 2025</p>", "2025-04-09"),
    ("a logo is no headline", "<h1> </h1> <p>1 March 2024</p> <p>a</p><p>b</p> # <p>9 April 2025</p>", "2025-04-09"),
    (
        "marked as a change",
        "# <time itemprop='dateModified'>12 April 2025</time> <time itemprop='datePublished'>9 April 2025</time>",
        "2025-04-09",
    ),
    (
        "behind the text, of another article",
        "#"
        + f"<p>{'They came home by bus after two years in captivity. ' * 4}</p>" * 6
        + "<b class='date'>1 May 2024</b>",
        None,
    ),
]
# What stands on a whole page that states nothing, its address, and the day to find.
WHOLE = [
    (
        "the address's day before a post's",
        "<h1>h</h1><p>Posted by A on</p><p>7 May 2025</p>",
        "2025/04/09/a",
        "2025-04-09",
    ),
    ("a month's name in the address", "<h1>h</h1>", "2025/apr/09/a", "2025-04-09"),
    ("no such day in the address", "<h1>h</h1>", "2025/02/31/a", None),
    (
        "a title's end",
        "<title>Prisoners come home | News | 09.04.2025</title><h1>Prisoners come home</h1>",
        "a",
        "2025-04-09",
    ),
    (
        "a sentence below the text",
        f"<h1>h</h1>{'<p>text</p>' * 40}<p>This entry was posted on Wednesday, April 9th, 2025 at 8:15.</p>",
        "a",
        "2025-04-09",
    ),
    ("a script", '<h1>h</h1><script>s={"publishedAt":"2025-04-09T10:00:00Z"}</script>', "a", "2025-04-09"),
    (
        "a comment's time",
        "<h1>h</h1><p>text</p><div id='comment-5'><time datetime='2025-05-07'>x</time></div>",
        "a",
        None,
    ),
    ("the year of a copyright is no day", "<h1>h</h1><p>text</p><footer>Copyright 2024 Example</footer>", "a", None),
]
# A stamp in UTC, the address, what the page shows, the time to tell: the same instant, on the day its readers saw.
AT_HOME = [
    ("2025-04-10T02:41:00Z", "https://e.bo/a", "", "2025-04-09T22:41:00-04:00"),
    ("2025-04-10T02:41:00Z", "https://e.com/a", "9/4/2025 22:41", "2025-04-09T22:41:00-04:00"),
    ("2025-04-10T02:41:00Z", "https://e.com/a", "April 9, 2025", "2025-04-09T23:41:00-03:00"),
    ("2025-04-09T22:41:00Z", "https://e.com/a", "April 10, 2025", "2025-04-10T00:41:00+02:00"),
    ("2025-04-10T02:41:00Z", "https://e.com/a", "Updated April 11, 2025", "2025-04-10T02:41:00+00:00"),
    ("2025-04-10T02:41:00Z", "https://e.com/a", "April 1, 2025", "2025-04-10T02:41:00+00:00"),
]


@pytest.mark.parametrize(("what", "body", "value"), SHOWN, ids=[row[0] for row in SHOWN])
def test_shown_day(what: str, body: str, value: str | None) -> None:
    headline = "<h1>Prisoners come home</h1>"
    tree = document_fromstring(f"<html><body>{body.replace('#', headline)}</body></html>")
    found = shown_day(tree, NOW.date())
    assert (found.isoformat() if found else None) == value


@pytest.mark.parametrize(("what", "body", "path", "value"), WHOLE, ids=[row[0] for row in WHOLE])
def test_a_page_that_states_nothing(what: str, body: str, path: str, value: str | None) -> None:
    tree, url = document_fromstring(f"<html><body>{body}</body></html>"), f"https://e.org/{path}"
    published = find_times(read_metadata(tree, url), tree, url, "UTC", True, NOW).published
    assert (published.isoformat()[:10] if published else None) == value


def test_the_feed_is_surer_than_a_guess() -> None:
    tree = document_fromstring(
        "<html><body><h1>h</h1><p>text</p><script>a={'pubDate':'2025-03-01'}</script></body></html>"
    )
    meta, listed = read_metadata(tree, "https://e.org/a"), "Wed, 09 Apr 2025 18:30:00 +0300"
    published = find_times(meta, tree, "https://e.org/a", "UTC", True, NOW, listed=listed).published
    assert published is not None
    assert published.isoformat() == "2025-04-09T18:30:00+03:00"


@pytest.mark.parametrize(("stamp", "url", "shown", "value"), AT_HOME)
def test_the_day_is_the_readers_own(stamp: str, url: str, shown: str, value: str) -> None:
    head = LD % f'"datePublished":"{stamp}"'
    tree = document_fromstring(
        f"<html><head>{head}</head><body><h1>Prisoners come home</h1><p>{shown}</p></body></html>"
    )
    published = find_times(read_metadata(tree, url), tree, url, "UTC", True, NOW).published
    assert published is not None
    assert published.isoformat() == value


@pytest.mark.parametrize(("text", "value"), WRITTEN)
def test_written_day(text: str, value: str | None) -> None:
    found = written_day(text, NOW.date())
    assert (found.isoformat() if found else None) == value


def test_americans_write_the_month_first() -> None:
    assert written_day("4/9/2025", NOW.date(), month_first=True) == date(2025, 4, 9)


@pytest.mark.parametrize(("raw", "value"), STAMPS)
def test_parse_stamp(raw: str, value: str | None) -> None:
    found = parse_stamp(raw)
    assert (found.isoformat() if found else None) == value


@pytest.mark.parametrize(("what", "head", "url", "value", "flags"), PAGES, ids=[page[0] for page in PAGES])
def test_find_times(what: str, head: str, url: str, value: str | None, flags: tuple[str, ...]) -> None:
    tree = document_fromstring(f"<html><head>{head}</head><body><h1>h</h1><p>text</p></body></html>")
    times = find_times(read_metadata(tree, url), tree, url, "UTC", True, NOW)
    assert (times.published.isoformat() if times.published else None) == value
    assert times.flags == flags


def test_the_outlets_zone_is_used_where_the_page_names_none() -> None:
    tree = document_fromstring(
        '<html><head><meta name="pubdate" content="2025-04-09 18:30"></head><body><p>x</p></body></html>'
    )
    when = find_times(
        read_metadata(tree, "https://e.org/a"), tree, "https://e.org/a", "Europe/Kyiv", False, NOW
    ).published
    assert when is not None
    assert (when.isoformat(), when.zone) == ("2025-04-09T18:30:00+03:00", "outlet")


def test_presumed_zone_is_silent_where_a_language_has_many() -> None:
    assert presumed_zone("https://e.com/a", ("en",)) is None
    assert str(presumed_zone("https://e.com.ua/a", ())) == "Europe/Kyiv"
    assert str(presumed_zone("https://e.com/a", ("es-CO",))) == "America/Bogota"
    assert presumed_zone("https://e.co/a", ("en",)) is None


def test_metadata_of_a_whole_page() -> None:
    tree = document_fromstring(
        '<html lang="uk"><head><link rel="canonical" href="https://e.org/a"><meta property="og:image" content="https://e.org/i.jpg">'
        '<meta property="article:section" content="War"><meta property="article:tag" content="one, two"></head>'
        "<body><p>x</p></body></html>"
    )
    meta = read_metadata(tree, "https://e.org/a?x=1")
    assert meta.canonical == ("https://e.org/a",)
    assert (meta.section, meta.tags, meta.image_url, meta.languages) == (
        "War",
        ("one", "two"),
        "https://e.org/i.jpg",
        ("uk",),
    )


def test_the_node_with_this_pages_address_wins() -> None:
    other = LD % '"url":"https://e.org/other","datePublished":"2020-01-01"'
    mine = LD % '"url":"https://e.org/mine","datePublished":"2025-04-09"'
    tree = document_fromstring(f"<html><head>{other}{mine}</head><body><p>x</p></body></html>")
    assert read_metadata(tree, "https://e.org/mine").published[0].value == "2025-04-09"


@pytest.mark.parametrize("day", [date(2025, 4, 9)])
def test_a_visible_date_is_found_where_nothing_is_stated(day: date) -> None:
    tree = document_fromstring(f"<html><body><h1>h</h1><time datetime='{day}'>9 April</time><p>text</p></body></html>")
    times = find_times(read_metadata(tree, "https://e.org/a"), tree, "https://e.org/a", "UTC", True, NOW)
    assert times.published is not None
    assert times.published.value == day
