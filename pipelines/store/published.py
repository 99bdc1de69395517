"""When an article came out, as a person decided it.

In      the article's row, the review whose `value` is a day or an instant with its zone
Out     the row's columns of publication; `reviewed` is their source
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from pipelines.store.schema import ArticleRow, ReviewRow

COLUMNS = ("published_at", "published_on", "published_offset", "published_zone", "published_source", "published_raw")


def lay(row: ArticleRow, review: ReviewRow) -> None:
    """Set when the article came out: what was decided, nothing after a rejection, the page's word when reopened."""
    if review.verdict == "reopen":
        _restore(row, review)
    elif review.verdict != "confirm":
        _set(row, review.value if review.verdict == "correct" else None)


def _restore(row: ArticleRow, review: ReviewRow) -> None:
    kept = review.anchor["row"]
    row.published_at = datetime.fromisoformat(kept["published_at"]) if kept["published_at"] else None
    row.published_on = date.fromisoformat(kept["published_on"]) if kept["published_on"] else None
    for name in COLUMNS[2:]:
        setattr(row, name, kept[name])


def _set(row: ArticleRow, value: str | None) -> None:
    row.published_at = row.published_on = row.published_offset = row.published_zone = None
    row.published_source, row.published_raw = "reviewed", value
    if value is None:
        return
    if len(value) == len("2026-03-04"):
        row.published_on = date.fromisoformat(value)
        row.published_at = datetime.combine(row.published_on, time(12), UTC)  # midday: right to the day in most zones
        return
    row.published_at = datetime.fromisoformat(value)
    row.published_on = row.published_at.date()
    row.published_offset = int((row.published_at.utcoffset() or timedelta(0)).total_seconds() // 60)
