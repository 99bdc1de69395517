"""Plain pages written together leave the rows that they leave when each is written alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from pipelines.analysis.urls import key
from pipelines.persist import keys_of, link_keys, write_page
from pipelines.records import Article, Listing, Match, Outcome, Reading, When
from pipelines.store import bulk, frontier
from pipelines.store.reread import Fetched
from pipelines.store.schema import (
    ArticleRow,
    ArticleUrlRow,
    FetchStateRow,
    FrontierRow,
    OutletRow,
    RevisionRow,
    SearchDocRow,
    UrlMergeRow,
)
from pipelines.store.session import session

TABLES = (ArticleRow, ArticleUrlRow, FetchStateRow, FrontierRow, OutletRow, RevisionRow, UrlMergeRow)
NUMBERS = {"id", "article_id"}


def pages(host: str, now: datetime) -> Iterator[tuple[Article, Fetched | None]]:
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


def prepare(opened: Session, host: str, now: datetime) -> list[tuple[Article, Fetched | None]]:
    """The outlet and the links that wait."""
    made = list(pages(host, now))
    opened.add(OutletRow(id=host, name="x", country="UA", ownership="state", first_seen_at=now - timedelta(days=1)))
    frontier.add(opened, [(key(one.listing.url), one.listing) for one, _ in made if one.listing], now)
    opened.flush()
    return made


def rows(opened: Session, host: str) -> list[list[dict[str, Any]]]:
    """All rows about a host, without the numbers that the database gave, the host's name taken out."""
    found = []
    for table in TABLES:
        lines = [
            {c.key: getattr(row, c.key) for c in table.__table__.columns if c.key not in NUMBERS}
            for row in opened.scalars(select(table))
        ]
        texts = [str(line).replace(host, "host") for line in lines if host in str(line)]
        found.append(sorted(texts))
    return found  # type: ignore[return-value]


def test_together_is_as_alone(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        for article, fetched in prepare(opened, "alone.example", now):
            assert write_page(opened, article, fetched, now).outcome is Outcome.OFF_TOPIC
        many = [bulk.Plain(a, keys_of(a), link_keys(a), f) for a, f in prepare(opened, "together.example", now)]
        written = bulk.write_plain(opened, many, now)
        assert [one.outcome if one else None for one in written] == [Outcome.OFF_TOPIC] * 5
    with session(engine) as opened:
        alone, together = rows(opened, "alone.example"), rows(opened, "together.example")
        for table, one, other in zip(TABLES, alone, together, strict=True):
            assert one == other, table
        documents = list(opened.scalars(select(SearchDocRow)))
        assert len(documents) == 10
        assert sorted(d.keys_sum or 0 for d in documents[:5]) == sorted(d.keys_sum or 0 for d in documents[5:])


def test_what_is_known_or_shared_is_left_to_be_written_alone(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        made = prepare(opened, "x.example", now)
        write_page(opened, *made[0], now)
        twice = [*made, (replace(made[1][0], url_key=made[2][0].url_key), None)]
        written = bulk.write_plain(opened, [bulk.Plain(a, keys_of(a), link_keys(a), f) for a, f in twice], now)
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
    """Met in a batch of plain pages, the same or a later one, it becomes what it becomes when it is written alone."""
    for number, (what, change, articles) in enumerate(MOVED):
        for together in (True, False):
            host = f"{'one' if together else 'later'}-{number}.example"
            with session(engine) as opened:
                made = prepare(opened, host, now)
                named = {field: _at(text, host) for field, text in change.items()}
                moved = replace(made[0][0], content_hash="other", listing=None, **named)
                moved = replace(moved, url_key=key(moved.canonical_url or moved.url))
                for batch in [[*made, (moved, None)]] if together else [made, [(moved, None), made[1], made[2]]]:
                    many = [bulk.Plain(a, keys_of(a), link_keys(a), f) for a, f in batch]
                    for (article, fetched), done in zip(batch, bulk.write_plain(opened, many, now), strict=True):
                        if done is None:
                            write_page(opened, article, fetched, now)
                rows_of = opened.scalars(select(ArticleRow.id).where(ArticleRow.outlet_id == host))
                assert len(rows_of.all()) == len(made) - 1 + articles, (what, together)


def _at(text: str, host: str) -> str:
    return text.replace("NEW", f"https://{host}/new-title-0").replace("OLD", f"https://{host}/0")


@pytest.mark.parametrize(
    ("change", "plain"),
    [
        ({}, True),
        ({"outcome": Outcome.UNCHANGED}, False),
        ({"outcome": None}, False),
        ({"matches": (Match("w", "r", 1.0),)}, False),
        ({"url_key": ""}, False),
    ],
)
def test_only_pages_without_claims_are_plain(change: dict[str, Any], plain: bool, now: datetime) -> None:
    article, _ = next(pages("x.example", now))
    assert bulk.is_plain(replace(article, **change)) is plain
