"""Publication times that count from the instant of fetching: a row a text."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipelines.analysis.meta_ago import read_ago
from pipelines.analysis.page import read_page
from pipelines.records import Context, Page

NOW = datetime(2026, 5, 4, 15, 30)

SAID = [
    ("3 hours ago", "12:30"),
    ("Posted an hour ago by Jane Doe", "14:30"),
    ("15 mins ago", "15:15"),
    ("15 хвилин тому", "15:15"),
    ("годину тому", "14:30"),
    ("2 часа назад", "13:30"),
    ("час назад", "14:30"),
    ("3小时前", "12:30"),
    ("10 分鐘前", "15:20"),
    ("il y a 2 heures", "13:30"),
    ("Hace 3 horas", "12:30"),
    ("há 5 horas", "10:30"),
    ("2 horas atrás", "13:30"),
    ("vor 2 Stunden", "13:30"),
    ("Vor einer Stunde", "14:30"),
    ("منذ 3 ساعات", "12:30"),
    ("منذ ساعتين", "13:30"),
    ("2시간 전", "13:30"),
    ("२ घण्टा अघि", "13:30"),
    ("3 घंटे पहले", "12:30"),
    ("2 saat önce", "13:30"),
    ("Today, 2:10 pm", "14:10"),
    ("heute, 14.10 Uhr", "14:10"),
    ("сегодня в 14:10", "14:10"),
    ("сьогодні, 14:10", "14:10"),
    ("今天 14:10", "14:10"),
    ("Bugün 14:10", "14:10"),
    ("Published at 15:10", "15:10"),
]
DAYS = [
    ("2 days ago", 2),
    ("vor 3 Tagen", 1),
    ("3 дні тому", 1),
    ("منذ يومين", 2),
    ("3일 전", 1),
    ("3 weeks ago", date(2026, 4, 13)),
]
NOTHING = [
    "A man who was held two years ago came home to his village near the border, police said on Sunday.",
    "the war began 4 years ago",
    "3 hours of talks",
    "03:24",
    "2:1",
    "today",
    "tomorrow, 14:10",
    "vor Gericht",
    "99 weeks ago",
]


@pytest.mark.parametrize(("text", "clock"), SAID)
def test_instants(text: str, clock: str) -> None:
    found = read_ago(text, NOW)
    assert isinstance(found, datetime)
    assert f"{found:%m-%d %H:%M}" == f"05-04 {clock}"


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_days(text: str, day: int | date) -> None:
    assert read_ago(text, NOW) == (day if isinstance(day, date) else date(2026, 5, day))


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(text: str) -> None:
    assert read_ago(text, NOW) is None


def test_a_clock_alone_is_believed_where_markup_calls_it_a_date() -> None:
    assert read_ago("15:10", NOW, marked=True) == NOW.replace(minute=10)
    assert read_ago("22:05 Uhr", NOW, marked=True) == datetime(2026, 5, 3, 22, 5)
    assert read_ago("22:05", NOW) is None


@pytest.mark.parametrize(
    ("beside", "published", "source"),
    [
        ("<span class='date'>3 hours ago</span>", "2026-05-04T15:30:00+03:00", "ago"),
        ("<span class='date'>22:05</span>", "2026-05-03T22:05:00+03:00", "ago"),
        ("<span class='date'>Updated 3 hours ago</span>", None, None),
        ("<span class='date'>3 hours ago</span><time datetime='2026-05-01'>1 May</time>", "2026-05-01", "time"),
        ("<span class='date'>2 May 2026</span><span>3 hours ago</span>", "2026-05-02", "visible"),
    ],
)
def test_only_where_nothing_better_stands(beside: str, published: str | None, source: str | None) -> None:
    text = (
        "<p>Two men were held near the border on the road to the north, an officer of the district said on the phone late in the evening, and both of them are in good health.</p>"
        * 5
    )
    html = f"<html><body><h1>Two men held near the border</h1>{beside}{text}<p>3 hours ago</p></body></html>"
    page = Page("x", "https://news.example/a", datetime(2026, 5, 4, 15, 30, tzinfo=UTC), content=html.encode())
    found = read_page(page, Context("x", "UA", ("en",), "Europe/Kyiv")).published
    assert (found and found.isoformat(), found and found.source) == (published, source)
