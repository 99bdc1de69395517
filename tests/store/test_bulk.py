"""New pages written together leave the rows that they leave when each is written alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Integer, func, select
from sqlalchemy.orm import Session

from pipelines.analysis.copies import HOT_BIN
from pipelines.analysis.urls import key
from pipelines.persist import Ready, compare, keys_of, link_keys, text_of, write_batch, write_page
from pipelines.records import (
    Article,
    DateMention,
    EvidenceRef,
    Figure,
    FigureMention,
    Listing,
    Match,
    Outcome,
    Reading,
    ReportedCount,
    Role,
    Span,
    Status,
    When,
)
from pipelines.store import bulk, frontier
from pipelines.store.reread import Fetched
from pipelines.store.schema import ArticleRow, Base, ClusterRow, ExcerptRow, FrontierRow, MatchRow, OutletRow, WatchRow
from pipelines.store.session import session
from pipelines.store.writer import Written

Page = tuple[Article, Fetched | None]


def pages(host: str, now: datetime) -> Iterator[Page]:
    """Pages off topic, as the stages hand them over."""
    for number, change in enumerate(
        [
            {},
            {"published": When(now - timedelta(hours=3), "page"), "tags": ("bread",), "section": "Town"},
            {"published": When((now - timedelta(days=9)).date(), "none"), "title": None, "language": "uk"},
            {"requested_url": f"https://{host}/r/2?utm_source=x", "url_why": "cleaned"},
            {"historical": True, "flags": ("date_conflict",)},
        ]
    ):
        url = f"https://{host}/{number}"
        text = f"Flour {number} is dearer. Хліб подорожчав."
        article = Article(
            host, url, now, canonical_url=url, url_key=key(url), requested_url=url, title=f"Bread {number}", body=text,
            reading=Reading.FAST_TEXT, outcome=Outcome.OFF_TOPIC, content_hash=f"h{number}", listing=Listing(host, url),
        )  # fmt: skip
        article = replace(article, **change)  # type: ignore[arg-type]
        yield article, Fetched(article.requested_url or url, 200, '"e"', None, "sum") if number != 4 else None


def words(name: str, count: int) -> str:
    return " ".join(f"{name}{n} word{n * 7 % 11} said{n % 5}" for n in range(count))


def match(watch: str, rule: str, level: str = "alert") -> Match:
    return Match(watch, rule, 3.0, level=level, spans=(Span(0, 5, "body", "wire0"),), reason="…", parts=(("a", "b"),))  # type: ignore[arg-type]


READ: dict[str, dict[str, Any]] = {
    "everything": {
        "body": words("wire", 80),
        "matches": (match("old", "one"), match("old", "two", "log"), match("young", "one", "log")),
        "figures": (
            Figure("Zhou Anping", Role.CAPTIVE, Status.CAPTURED, "CN", (FigureMention(0, 5, "wire0"),), home="Harbin"),
            Figure("Petro Vyhaduy", mentions=(FigureMention(6, 11, "x"), FigureMention(12, 17, "y"))),
        ),
        "counts": (ReportedCount(0, 12, 2, 2, "Two fighters", noun="fighters", status=Status.CAPTURED),),
        "dates": (DateMention(0, 5, "today", "2026-03-04", "day"),),
        "evidence": EvidenceRef("2026-03/a.warc.gz", 400, 80, "s"),
    },
    "its copy": {"body": words("wire", 62), "matches": (match("old", "one"),), "title": "The same"},
    "a third copy": {"body": "KYIV, today " + words("wire", 80), "published": "days ago"},
    "long": {"body": words("long", 200), "evidence": EvidenceRef("2026-03/a.warc.gz", 480, 90, "t")},
    "an excerpt": {"body": words("long", 45), "outcome": None, "figures": (Figure("Ann Invented"),)},
    "another": {"body": words("other", 60)},
    "and its copy": {"body": words("other", 58)},
    "joins two clusters": {"body": words("wire", 60) + " " + words("other", 60)},
    "no body": {"body": "", "outcome": Outcome.EMPTY_BODY},
    "a headline": {"body": "", "outcome": Outcome.HEADLINE_ONLY, "failure": Outcome.BLOCKED, "reading": Reading.HEADLINE},
    "known": {"body": words("known", 50), "content_hash": "new"},
    "by another address": {
        "url": "https://x.example/known?amp=1", "canonical_url": "https://x.example/known", "body": words("known", 50),
        "url_key": key("https://x.example/known"),
    },
}  # fmt: skip
"""Pages that were read closely, as what they differ in. One that is `known` was written before."""


def read_closely(host: str, now: datetime) -> Iterator[Page]:
    """Pages on topic, as the stages hand them over."""
    for name, change in READ.items():
        url = f"https://{host}/{name.replace(' ', '-')}"
        article = Article(
            host, url, now, canonical_url=url, url_key=key(url), requested_url=url, title=name.title(), language="en",
            content_hash=name, listing=Listing(host, url), outcome=Outcome.STORED, relevant=True,
        )  # fmt: skip
        if "published" in change:
            change = change | {"published": When(now - timedelta(days=5), "page")}
        article = replace(article, **change)
        yield article, Fetched(article.requested_url or url, 200, '"e"', None, "sum")


def prepare(opened: Session, host: str, now: datetime, made: Sequence[Page] = ()) -> list[Page]:
    """The outlet and the links that wait; on request for pages of another kind."""
    made = list(made or pages(host, now))
    opened.add(OutletRow(id=host, name="x", country="UA", ownership="state", first_seen_at=now - timedelta(days=1)))
    frontier.add(opened, [(key(one.listing.url), one.listing) for one, _ in made if one.listing], now)
    opened.flush()
    return list(made)


def together_(opened: Session, batch: Sequence[Page], now: datetime) -> list[Written | None]:
    new = [bulk.New(a, keys_of(a), link_keys(a), fetched, text_of(a)) for a, fetched in batch]
    return bulk.write_new(opened, new, compare, now, most=HOT_BIN)


def watched(opened: Session, now: datetime) -> list[Page]:
    """Watches, an outlet and pages of every kind, of which some are stored."""
    for name, days in (("old", 30), ("young", 1)):
        first = now - timedelta(days=days)
        opened.add(WatchRow(id=name, name="P", version="1", origin="test", first_seen_at=first))
    made = prepare(opened, "x.example", now, [*pages("x.example", now), *read_closely("x.example", now)])
    for article, fetched in made:
        if article.title in ("Known", "Another"):
            stored = article if article.title == "Known" else replace(article, url=article.url + "/0", listing=None)
            stored = replace(stored, requested_url=stored.url, canonical_url=stored.url, url_key=key(stored.url))
            write_page(
                opened, replace(stored, content_hash="old", body=stored.body + " end"), fetched, now, text_of(stored)
            )
    return made


def rows(opened: Session) -> dict[str, list[str]]:
    """All rows of all tables; in place of the numbers that the database gave stand their ranks."""
    opened.flush()
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    ranks = {
        name: {number: rank for rank, number in enumerate(opened.scalars(select(table.c.id).order_by(table.c.id)))}
        for name, table in tables.items()
        if "id" in table.c and isinstance(table.c.id.type.dialect_impl(opened.get_bind().dialect), Integer)
    }
    points = {"article_id": "article", "of_id": "article", **{f"{name}_id": name for name in ("figure", "evidence")}}
    points |= {"cluster_id": "cluster", "redirect_to": "cluster"}
    found = {}
    for name, table in tables.items():
        lines = []
        for row in opened.connection().execute(select(table)).mappings():
            of = {**points, "id": name} if name in ranks else points
            named = {column: ranks[of[column]].get(value) if column in of else value for column, value in row.items()}
            lines.append(str(named))
        found[name] = sorted(lines)
    return found


def test_together_is_as_alone(engine: Engine, now: datetime) -> None:
    with Session(engine) as opened:
        for article, fetched in watched(opened, now):
            write_page(opened, article, fetched, now, text_of(article))
        alone = rows(opened)
        opened.rollback()
        made = watched(opened, now)
        done = together_(opened, [one for one in made if bulk.may_be_new(one[0])], now)
        assert [one is None for one in done].count(True) == 2
        left = {id(a) for (a, _), one in zip((p for p in made if bulk.may_be_new(p[0])), done, strict=True) if one}
        for article, fetched in made:
            if id(article) not in left:
                write_page(opened, article, fetched, now, text_of(article))
        together = rows(opened)
        assert alone.keys() == together.keys()
        for table, lines in alone.items():
            assert lines == together[table], table
        for table in (ExcerptRow, MatchRow):
            assert opened.scalar(select(func.count()).select_from(table))
        assert [one is None for one in opened.scalars(select(ClusterRow.redirect_to).order_by(ClusterRow.id))] == [
            True,
            False,
        ]


def test_a_page_that_fails_costs_itself_alone(engine: Engine, now: datetime) -> None:
    """Of a batch as of single pages; the batch is undone and each page of it is tried alone."""
    with session(engine) as opened:
        made = prepare(opened, "x.example", now, list(read_closely("x.example", now)))
    twice = (match("old", "one"), match("old", "one"))
    bad = {2: {"matches": twice}, 4: {"fetched_at": now.replace(tzinfo=None)}, 6: {"title": "lone \ud800"}}
    batch = [
        Ready(replace(article, **bad.get(n, {})), fetched, text_of(article))  # type: ignore[arg-type]
        for n, (article, fetched) in enumerate(made)
    ]
    results = write_batch(engine, batch, now)
    assert [n for n, one in enumerate(results) if not isinstance(one, Written)] == list(bad)
    with session(engine) as opened:
        assert set(opened.scalars(select(ArticleRow.title))) == {
            one.article.title for n, one in enumerate(batch) if n not in bad
        } - {"By Another Address"}
        waiting = set(opened.scalars(select(FrontierRow.url).where(FrontierRow.state == "pending")))
        assert waiting >= {made[n][0].url for n in bad}


def test_what_is_known_or_shared_is_left_to_be_written_alone(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        made = prepare(opened, "x.example", now)
        write_page(opened, *made[0], now)
        twice = [*made, (replace(made[1][0], url_key=made[2][0].url_key), None)]
        written = together_(opened, twice, now)
        assert [one is not None for one in written] == [False, False, False, True, True, False]


MOVED: list[tuple[str, dict[str, Any], int]] = [
    ("led to a new address", {"url": "NEW", "canonical_url": "NEW", "requested_url": "OLD"}, 1),
    ("a new title at a new address", {"url": "NEW", "canonical_url": "NEW", "requested_url": "OLD", "title": "Dear"}, 1),
    ("another canonical address", {"canonical_url": "NEW"}, 1),
    ("a new address of the same canonical one", {"url": "NEW", "requested_url": "NEW"}, 1),
    ("its print version", {"url": "OLD?print=1", "requested_url": "OLD?print=1"}, 1),
    ("led to another article", {"url": "NEW", "canonical_url": "NEW", "requested_url": "OLD",
                                "title": "Rain", "body": "It rains in the north."}, 2),
]  # fmt: skip
"""What befell a page's address, and how many articles that makes."""


def test_a_page_that_moved_stays_one_article(engine: Engine, now: datetime) -> None:
    """Met in a batch of new pages, the same or a later one, it becomes what it becomes when it is written alone."""
    for number, (what, change, articles) in enumerate(MOVED):
        for together in (True, False):
            host = f"{'one' if together else 'later'}-{number}.example"
            with session(engine) as opened:
                made = prepare(opened, host, now)
                named = {field: _at(text, host) for field, text in change.items()}
                moved = replace(made[0][0], content_hash="other", listing=None, **named)
                moved = replace(moved, url_key=key(moved.canonical_url or moved.url))
                for batch in [[*made, (moved, None)]] if together else [made, [(moved, None), made[1], made[2]]]:
                    for (article, fetched), done in zip(batch, together_(opened, batch, now), strict=True):
                        if done is None:
                            write_page(opened, article, fetched, now)
                rows_of = opened.scalars(select(ArticleRow.id).where(ArticleRow.outlet_id == host))
                assert len(rows_of.all()) == len(made) - 1 + articles, (what, together)


def _at(text: str, host: str) -> str:
    return text.replace("NEW", f"https://{host}/new-title-0").replace("OLD", f"https://{host}/0")


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({}, True),
        ({"outcome": Outcome.STORED}, True),
        ({"outcome": None}, True),
        ({"outcome": Outcome.UNCHANGED}, False),
        ({"outcome": Outcome.HEADLINE_ONLY}, False),
        ({"url_key": ""}, False),
    ],
)
def test_what_may_be_new(change: dict[str, Any], new: bool, now: datetime) -> None:
    article, _ = next(pages("x.example", now))
    assert bulk.may_be_new(replace(article, **change)) is new
