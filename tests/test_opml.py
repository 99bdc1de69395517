"""OPML: folders become tags, what is known is named, a second import changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.catalogue import dump_outlet, load_outlets, parse_outlet
from monitor.opml import OpmlImport, export_opml, feed_key, import_opml
from pipelines.records import Feed, FeedKind, Outlet
from tests.calling import call
from tests.crawl.site import Site

OPML = """<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>My feeds</title></head><body>
<outline text="War &amp; Peace"><outline text="Східна Європа">
 <outline type="rss" text="Example" xmlUrl="https://news.example.ua/rss" htmlUrl="https://news.example.ua" language="uk-UA" category="/press,daily"/>
 <outline type="rss" text="Example in English" xmlUrl="https://news.example.ua/en/rss" htmlUrl="https://news.example.ua"/>
</outline></outline>
<outline type="rss" text="Twice" xmlUrl="http://www.news.example.ua/rss/"/>
<outline type="atom" title="Blog" xmlUrl="feed://blog.example.org/atom"/>
<outline type="rss" text="No address"/>
<outline type="rss" text="Bad" xmlUrl="javascript:alert(1)"/>
<outline type="rss" text="Relative" xmlUrl="/rss"/>
<outline text="Empty folder"/>
</body></opml>"""


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with feeds."""
    made = Site().start()
    yield made
    made.stop()


def known(result: OpmlImport) -> dict[str, Outlet]:
    return {outlet.id: outlet for outlet in (*result.added, *result.changed)}


def test_folders_become_tags_and_sites_become_outlets() -> None:
    result = import_opml(OPML.encode(), {})
    first, second = result.added
    assert (first.id, first.name, first.country, first.languages) == ("example-ua", "Example", "UA", ("uk",))
    assert first.tags == ("war-peace", "східна-європа", "press", "daily")
    assert [feed.url for feed in first.feeds] == ["https://news.example.ua/rss", "https://news.example.ua/en/rss"]
    assert (second.country, second.feeds[0].kind, second.feeds[0].url) == (
        "XX",
        FeedKind.ATOM,
        "https://blog.example.org/atom",
    )
    assert [row.name for row in result.duplicates] == ["Twice"]
    assert [(row.name, bool(row.reason)) for row in result.refused] == [
        ("No address", True),
        ("Bad", True),
        ("Relative", True),
    ]


def test_channels_are_outlets_of_their_own() -> None:
    rows = "".join(f'<outline title="{name}" xmlUrl="https://t.me/s/{name}"/>' for name in ("one_post", "other"))
    first, second = import_opml(f"<opml><body>{rows}</body></opml>".encode(), {}).added
    assert (first.id, first.homepage) == ("t-me-one-post", "https://t.me/s/one_post")
    assert {feed.kind for feed in (*first.feeds, *second.feeds)} == {FeedKind.TELEGRAM}


def test_a_second_import_changes_nothing() -> None:
    outlets = known(import_opml(OPML.encode(), {}))
    again = import_opml(OPML.encode(), outlets)
    assert (again.added, again.changed) == ((), ())
    assert len(again.duplicates) == 4


def test_a_new_feed_of_a_known_site_joins_its_outlet() -> None:
    mine = Outlet(
        "mine", "Mine", "https://www.example.ua", "UA", ("uk",), feeds=(Feed(FeedKind.RSS, "https://example.ua/f"),)
    )
    result = import_opml(OPML.encode(), {"mine": mine})
    assert [outlet.id for outlet in result.changed] == ["mine"]
    assert len(result.changed[0].feeds) == 3


def test_dead_feeds_come_in_switched_off_and_named() -> None:
    result = import_opml(OPML.encode(), {}, dead=["http://news.example.ua/rss"])
    assert [row.url for row in result.dead] == ["https://news.example.ua/rss"]
    assert [feed.enabled for feed in result.added[0].feeds] == [False, True]


def test_imported_outlets_can_be_written_and_read_back() -> None:
    for outlet in import_opml(OPML.encode(), {}).added:
        assert parse_outlet(dump_outlet(outlet), "x.toml") == replace(outlet, source_file="x.toml")


def test_export_and_import_of_the_whole_catalogue() -> None:
    outlets = load_outlets()
    exported = export_opml(outlets.values())
    assert exported == export_opml(reversed(outlets.values()))
    again = import_opml(exported, outlets)
    assert (again.added, again.changed, again.refused) == ((), (), ())
    fresh = import_opml(exported, {})
    told = {feed_key(feed.url) for outlet in fresh.added for feed in outlet.feeds}
    kinds = (FeedKind.RSS, FeedKind.ATOM, FeedKind.JSON)
    assert told == {feed_key(f.url) for o in outlets.values() for f in o.feeds if f.enabled and f.kind in kinds}


def test_three_hundred_feeds() -> None:
    rows = "".join(f'<outline text="N{n}" xmlUrl="https://n{n}.example{n}.org/rss"/>' for n in range(300))
    result = import_opml(f"<opml><body><outline text='all'>{rows}</outline></body></opml>".encode(), {})
    assert len(result.added) == 300
    assert {outlet.tags for outlet in result.added} == {("all",)}
    assert import_opml(export_opml(result.added), known(result)).added == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"not xml", b"<opml><body/></opml>", b"<rss><channel/></rss>", b'{"a": 1}', b"\0" * 100, b"<opml>" + b"<a>" * 100_000],
)  # fmt: skip
def test_bad_files_are_named(content: bytes) -> None:
    result = import_opml(content, {})
    assert result.problem is not None
    assert result.added == ()


def test_names_cannot_break_the_export() -> None:
    outlet = Outlet(
        "x",
        'A "B" <c> & \u0002',
        "https://x.example.org",
        "XX",
        (),
        feeds=(Feed(FeedKind.RSS, "https://x.example.org/r?a=1&b=2"),),
    )
    result = import_opml(export_opml([outlet], 'T<i>"&'), {})
    assert result.added[0].feeds[0].url == "https://x.example.org/r?a=1&b=2"
    assert result.added[0].name.startswith("A ")


def test_new_feeds_are_asked_on_demand_and_the_dead_named(site: Site, tmp_path: Path) -> None:
    site.feed("/rss", ("One", f"{site.url}/1"))
    rows = "".join(f'<outline type="rss" text="{name}" xmlUrl="{site.url}/{name}"/>' for name in ("rss", "gone"))
    rows += '<outline type="rss" text="silent" xmlUrl="http://127.0.0.1:9/rss"/>'
    (tmp_path / "feeds.opml").write_text(f"<opml><body>{rows}</body></opml>")
    (tmp_path / "monitor.toml").write_text(
        f'contact = "x@x.example"\nallow_addresses = ["{site.address}", "127.0.0.1:9"]\n'
    )
    words = ["outlets", "import-opml", "--ask", str(tmp_path / "feeds.opml")]
    done = call(tmp_path, *words)
    assert done.code == 0, done.err
    assert f"dead: gone {site.url}/gone" in done.err
    assert "no answer now: http://127.0.0.1:9/rss" in done.err
    feeds = [feed for outlet in load_outlets(tmp_path).values() for feed in outlet.feeds if "127.0.0.1" in feed.url]
    assert {feed.url.rpartition("/")[2]: feed.enabled for feed in feeds if site.url in feed.url} == {
        "rss": True,
        "gone": False,
    }
    assert "0 outlets added, 0 changed, 3 feeds known already" in call(tmp_path, *words).out
