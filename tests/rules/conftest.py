"""What every test of the rules needs: an article from two strings, a watch from one query."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.records import Article, RuleText, Watch

LISTS = (("nat", ("Chinese", "Kenyan*", "North Korean*")), ("war", ("Ukrain*", "Russia*")))


def article(body: str, title: str | None = None, **more: object) -> Article:
    """An article that says `body`."""
    when = datetime(2026, 1, 2, tzinfo=UTC)
    return Article("some-outlet", "https://news.example/1", when, title=title, body=body, **more)  # type: ignore[arg-type]


def watch(*queries: str, scores: tuple[float, ...] = (), languages: tuple[str, ...] = ()) -> Watch:
    """A watch whose rules are `queries`, three points each unless `scores` says otherwise."""
    rules = tuple(
        RuleText(f"r{index}", query, scores[index] if scores else 3.0, languages=languages)
        for index, query in enumerate(queries)
    )
    return Watch("w", "W", rules, lists=LISTS)
