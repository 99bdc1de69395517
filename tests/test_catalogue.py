"""The catalogue: packaged files are sound, wrong ones are refused with file, key and mend, writing is the inverse of reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalogue import (
    MAX_LINES,
    CatalogueError,
    dump_outlet,
    find_outlet,
    load_outlets,
    outlet_path,
    parse_outlet,
    write_outlet,
)
from pipelines.records import Access, Expect, Feed, FeedKind, Keep, Outlet, Ownership, Render, Select

ROOT = Path(__file__).parent.parent / "monitor" / "outlets"
GOOD = """id = "example"
name = "Example"
homepage = "https://news.example.org"
country = "UA"
languages = ["uk", "en"]

[[feed]]
kind = "rss"
url = "https://news.example.org/feed/"
"""


def test_packaged_outlets_load_whole() -> None:
    outlets = load_outlets()
    assert len(outlets) == len(list(ROOT.rglob("*.toml"))) >= 129
    assert list(outlets) == sorted(outlets)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.toml")), ids=lambda path: path.stem)
def test_packaged_file(path: Path) -> None:
    text = path.read_text("utf-8")
    outlet = parse_outlet(text, path.name)
    assert text.count("\n") <= MAX_LINES
    assert text == dump_outlet(outlet)
    assert path.parent.name == outlet.country.lower()
    assert outlet.languages
    assert outlet.feeds
    assert all(feed.verified_at is None and feed.confidence for feed in outlet.feeds)
    doubtful = [
        feed for feed in outlet.feeds if "guess" in str(feed.confidence) or "reported dead" in str(feed.confidence)
    ]
    assert not any(feed.enabled for feed in doubtful)
    assert outlet.share is not Keep.LINK_ONLY or outlet.legal


def test_no_feed_stands_in_two_packaged_outlets() -> None:
    urls = [feed.url for outlet in load_outlets().values() for feed in outlet.feeds]
    assert len(urls) == len(set(urls))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('kind = "rss"', 'kind = "rrs"', 'x.toml: feed[0].kind: "rrs" is not one of rss, atom, json, sitemap, section, telegram (did you mean "rss"?)'),
        ('[[feed]]', '[select]\nbdoy = "p"\n[[feed]]', 'x.toml: select.bdoy: is not a key of select (did you mean "body"?)'),
        ('[[feed]]', '[select]\nbody = "div >"\n[[feed]]', 'x.toml: select.body: "div >" is no CSS selector'),
        ('kind = "rss"', "kind = 3", 'x.toml: feed[0].kind: "3" is not one of'),
        ('name = "E', 'nmae = "E', 'x.toml: nmae: is not a key of an outlet file (did you mean "name"?)'),
        ('name = "E', 'nmae = "E', "x.toml: name: is missing"),
        ('name = "Example"', "name = 3", "x.toml: name: must be text, not a number"),
        ('name = "Example"', 'name = " "', "x.toml: name: must not be empty"),
        ('"UA"', '"UK"', 'x.toml: country: "UK" is not a two-letter country code in capitals (ISO 3166; XX = cannot be said) (did you mean "GB"?)'),
        ('"UA"', '"ua"', '(did you mean "UA"?)'),
        ('["uk", "en"]', '["ua"]', 'x.toml: languages[0]: "ua" is not a two-letter language code (ISO 639-1) (did you mean "uk"?)'),
        ('["uk", "en"]', '"uk"', "x.toml: languages: must be a list"),
        ('["uk", "en"]', '["uk", "uk"]', "x.toml: languages: names the same language twice"),
        ("[[feed]]", 'timezone = "Europe/Kiew"\n[[feed]]', '(did you mean "Europe/Kiev"?)'),
        ("[[feed]]", 'timezone = "../../etc/passwd"\n[[feed]]', "x.toml: timezone: "),
        ("[[feed]]", 'timezone = "Europe"\n[[feed]]', "x.toml: timezone: "),
        ("[[feed]]", 'ownership = "State"\n[[feed]]', '(did you mean "state"?)'),
        ("[[feed]]", 'store = "exerpt"\n[[feed]]', '(did you mean "excerpt"?)'),
        ("[[feed]]", 'render = "sometimes"\n[[feed]]', "x.toml: render: "),
        ("[[feed]]", 'enabled = "yes"\n[[feed]]', "x.toml: enabled: must be true or false, not text"),
        ("[[feed]]", "delay_seconds = -1\n[[feed]]", "x.toml: delay_seconds: -1 is not between 0 and 100000"),
        ("[[feed]]", "[expect]\nper_day = 3\n[[feed]]", "x.toml: expect.per_day: is not a key of expect"),
        ("[[feed]]", "[access]\nconcurency = 2\n[[feed]]", '(did you mean "concurrency"?)'),
        ("[[feed]]", "[access]\nconcurrency = 0\n[[feed]]", "x.toml: access.concurrency: must be a whole number"),
        ("[[feed]]", '[access]\nproxy = "socks5://x:1"\n[[feed]]', "x.toml: access.proxy: "),
        ("[[feed]]", '[access]\nproxy = "http://me:pw@x:1"\n[[feed]]', "a login stands before it as ${MONITOR_SECRET_"),
        ("[[feed]]", '[access]\nverify_tls = "no"\n[[feed]]', "x.toml: access.verify_tls: must be true or false"),
        ("[[feed]]", '[access.headers]\nUser-Agent = "x"\n[[feed]]', "is set by the monitor itself"),
        ("[[feed]]", '[access.headers]\nAuthorization = "Bearer 1"\n[[feed]]', "must not stand in a file"),
        ("[[feed]]", '[access.headers]\nX = "a\\nb"\n[[feed]]', "x.toml: access.headers.X: must be one line"),
        (
            "[[feed]]",
            'render = "auto"\n[access]\nproxy = "http://x.example:1"\n[[feed]]',
            'access.proxy: needs render = "never"',
        ),
        ("[[feed]]", "[feed]", "x.toml: feed: must be tables: [[feed]]"),
        ("https://news.example.org/feed/", "news.example.org/feed/", "x.toml: feed[0].url: "),
        ("https://news.example.org/feed/", "file:///etc/passwd", "must begin with https:// or http://"),
        ("https://news.example.org/feed/", "https://me:secret@example.org/", "must not carry a user name or password"),
        ("https://news.example.org/feed/", "https://example/feed", "has no complete host name"),
        ("https://news.example.org/feed/", "https://example.org/a b", "holds a space"),
        ("https://news.example.org/feed/", "https://example.org:x/", "is not an address"),
        ('kind = "rss"', 'kind = "rss"\nverified_at = "2026-01-01"', "x.toml: feed[0].verified_at: must be a date"),
        ('id = "example"', 'id = "../x"', "x.toml: id: "),
        ('id = "example"', 'id = "con"', "x.toml: id: "),
        ('id = "example"', 'id = "Example"', "x.toml: id: "),
        ('id = "example"', "id = ", "x.toml: is not TOML: "),
        (GOOD, GOOD + GOOD[GOOD.index("[[feed]]") :], "stands twice in this file"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused_by_name(before: str, after: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_outlet(GOOD.replace(before, after, 1), "x.toml")
    assert message in str(caught.value)


def workspace(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "outlets" / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_a_workspace_adds_and_overrides(tmp_path: Path) -> None:
    folder = workspace(tmp_path, ua__example=GOOD, rt='id = "rt"\nenabled = false\n')
    outlets, packaged = load_outlets(folder), load_outlets()
    assert outlets["example"].source_file == "outlets/ua/example.toml"
    assert outlets["rt"] == replace(packaged["rt"], enabled=False, source_file="outlets/rt.toml")
    assert len(outlets) == len(packaged) + 1


def test_every_fault_is_told_at_once_and_the_sound_outlets_are_kept(tmp_path: Path) -> None:
    folder = workspace(
        tmp_path, other=GOOD, a__example=GOOD, b__example=GOOD, bad='id = "bad"\nname = "Bad"\n', worse="="
    )
    (folder / "outlets" / "bytes.toml").write_bytes(b'id = "\xff"')
    (folder / "outlets" / "link.toml").symlink_to("/etc/hostname")
    with pytest.raises(CatalogueError) as caught:
        load_outlets(folder)
    text = str(caught.value)
    for part in (
        'outlets/other.toml: id: must be "other" like the name of the file, it is "example"',
        'outlets/b/example.toml: id: "example" is also the id of outlets/a/example.toml',
        "outlets/bad.toml: homepage: is missing",
        "outlets/worse.toml: is not TOML",
        "outlets/bytes.toml: is not UTF-8",
        "outlets/link.toml: is a link that leads out",
    ):
        assert part in text
    assert "example" in caught.value.outlets
    assert "bad" not in caught.value.outlets


def test_unknown_id_names_the_nearest() -> None:
    with pytest.raises(CatalogueError, match="did you mean"):
        find_outlet(load_outlets(), "ukrinfrom")


def test_write_outlet_goes_to_its_folder_and_stays_there(tmp_path: Path) -> None:
    outlet = parse_outlet(GOOD, "x")
    path = write_outlet(tmp_path, outlet)
    assert path == tmp_path / outlet_path(outlet)
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_outlet(tmp_path, replace(outlet, country="PL")) == path
    assert load_outlets(tmp_path)["example"].country == "PL"
    with pytest.raises(CatalogueError):
        write_outlet(tmp_path, replace(outlet, id="../../x"))
    assert sorted(tmp_path.rglob("*.toml")) == [path]


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(str.strip).filter(bool)
feeds = st.builds(
    Feed,
    kind=st.sampled_from(FeedKind),
    url=st.integers(0, 10**6).map(lambda n: f"https://news.example.org/{n}"),
    enabled=st.booleans(),
    confidence=st.none() | words,
    verified_at=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    language=st.sampled_from([None, "uk"]),
    discovery_only=st.booleans(),
)
outlets = st.builds(
    Outlet,
    id=st.just("example"),
    name=words,
    homepage=st.just("https://news.example.org"),
    country=st.sampled_from(["UA", "XX"]),
    languages=st.sampled_from([(), ("uk",), ("uk", "en")]),
    timezone=st.sampled_from(["UTC", "Europe/Kyiv"]),
    timezone_assumed=st.booleans(),
    ownership=st.sampled_from(Ownership),
    feeds=st.lists(feeds, max_size=12, unique_by=lambda feed: feed.url).map(tuple),
    enabled=st.booleans(),
    render=st.sampled_from(Render),
    store=st.sampled_from(Keep),
    share=st.sampled_from(Keep),
    legal=st.none() | words,
    tags=st.lists(words, max_size=3, unique=True).map(tuple),
    conflicts=st.lists(words, max_size=3, unique=True).map(tuple),
    select=st.builds(Select, st.none() | st.just("h1.title"), st.none() | st.sampled_from(["//main", ".body > p"])),
    expect=st.builds(Expect, st.none() | st.floats(0.1, 900), st.none() | st.just(24.0)),
    delay_seconds=st.none() | st.floats(0.1, 60),
    access=st.builds(
        Access,
        concurrency=st.none() | st.integers(1, 16),
        proxy=st.sampled_from([None, "http://proxy.example:3128", "http://${MONITOR_SECRET_P}@[::1]:1"]),
        verify_tls=st.booleans(),
        headers=st.sampled_from([(), (("Accept-Language", "uk"), ("X-Key", "${MONITOR_SECRET_K}"))]),
    ),
    note=st.none() | words,
    source_file=st.just("x.toml"),
).filter(lambda outlet: outlet.access.proxy is None or outlet.render is Render.NEVER)


@given(outlets)
def test_writing_is_the_inverse_of_reading(outlet: Outlet) -> None:
    assert parse_outlet(dump_outlet(outlet), "x.toml") == outlet
