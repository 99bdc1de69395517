"""What is told, to whom, when, and only once: planned on a real database, sent to a real mail server."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from monitor.alerts.coverage import Coverage, OutletState
from monitor.alerts.digests import LINES
from monitor.alerts.lock import alone
from monitor.alerts.outbox import send
from monitor.alerts.planner import plan
from monitor.alerts.schedule import next_digest
from monitor.alerts.settings import plan_config
from monitor.config import load as load_settings
from pipelines.records import Recipient, RuleText
from pipelines.store.declare import declare
from pipelines.store.schema import (
    AlertEventRow,
    ArticleRow,
    AuditRow,
    ClearanceRow,
    FigureRow,
    OutboxRow,
    OutletRow,
    StoryRow,
    ToldFactRow,
    WatchRow,
)
from pipelines.store.session import session
from tests import warm
from tests.alerts.conftest import CONFIG, NOW, html_of, parse, text_of, watch

HOUR = timedelta(hours=1)
CAPTIVE = {"name": "Ivan Smilenko", "role": "captive", "status": "captured", "nationality": "XA"}
COUNT = {"low": 12, "status": "captured", "nationality": "XA"}


def mails(engine):
    with session(engine) as opened:
        return [parse(row.message) for row in opened.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def facts(engine, **where):
    with session(engine) as opened:
        return list(opened.scalars(select(ToldFactRow).filter_by(**where).order_by(ToldFactRow.id)))


def test_one_match_is_one_mail_and_a_repeat_is_none(engine, world, smtp, inbox):
    world.article()
    watches = {"volunteers": watch()}
    planned = plan(engine, watches, {}, NOW, CONFIG)
    assert (planned.events, planned.stories, planned.messages) == (1, 1, 1)
    assert send(engine, smtp, lambda: NOW).sent == 1
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 0
    assert send(engine, smtp, lambda: NOW).sent == 0
    (mail,) = inbox.mails
    assert mail["To"] == "reader@example.net"
    assert "captured" in text_of(mail)


def test_a_watch_without_recipients_queues_nothing_and_leaves_nothing_pending(engine, world):
    world.article()
    plan(engine, {"volunteers": watch(to=())}, {}, NOW, CONFIG)
    with session(engine) as opened:
        assert opened.scalar(select(OutboxRow.id)) is None
        assert opened.scalar(select(AlertEventRow.id).where(AlertEventRow.planned_at.is_(None))) is None


def test_ten_mirrors_and_three_follow_ups_are_two_mails_and_the_rest_stands_in_the_digest(engine, world):
    watches = {"volunteers": watch()}
    for n in range(10):
        world.article(outlet=f"mirror-{n}", content_hash="one text", figures=(CAPTIVE,), counts=(COUNT,))
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 1
    first = text_of(mails(engine)[0])
    assert "10 outlets" in first
    later = NOW + HOUR
    world.article(title="A second report", figures=(CAPTIVE,), counts=(COUNT,), at=later)
    other_script = {**CAPTIVE, "name": "Іван Сміленко"}
    world.article(
        title="A third report",
        figures=(other_script,),
        counts=(COUNT,),
        at=later,
        language="uk",
    )
    assert plan(engine, watches, {}, later, CONFIG).messages == 0
    new = {"name": "Petro Hordiienko", "role": "captive", "status": "captured", "nationality": "XA"}
    world.article(title="A fourth report", figures=(CAPTIVE, new), at=later)
    assert plan(engine, watches, {}, later, CONFIG).messages == 1
    told = mails(engine)
    assert told[1]["In-Reply-To"] == told[0]["Message-ID"]
    assert told[1]["References"] == told[0]["Message-ID"]
    assert "What is new" in text_of(told[1])
    tomorrow = NOW + timedelta(days=1)
    assert plan(engine, watches, {}, tomorrow, CONFIG).messages == 1
    digest = text_of(mails(engine)[2])
    assert "2 reports, nothing new" in mails(engine)[2]["Subject"]
    assert "monitor show 11" in digest
    assert "monitor show 12" in digest
    assert not facts(engine, outbox_id=None)


def test_every_matched_article_is_in_exactly_one_message(engine, world):
    watches = {"volunteers": watch(), "second": watch("second", rate="weekly")}
    for n in range(8):
        world.article(watches=("volunteers", "second")[: 1 + n % 2], kind=("match", "possible", "headline_only")[n % 3])
    for days in range(9):
        plan(engine, watches, {}, NOW + timedelta(days=days), CONFIG)
    assert not facts(engine, outbox_id=None)
    assert {fact.article_id for fact in facts(engine)} == set(range(1, 9))


def test_many_possible_matches_are_grouped_capped_and_truly_counted(engine, world):
    watches = {"volunteers": watch(rate="daily"), "rare": watch("rare", rate="daily", name="Rare one")}
    for n in range(60):
        world.article(title=f"Perhaps {n}", kind="possible")
    world.article(title="Perhaps rare", kind="possible", watches=("rare",))
    plan(engine, watches, {}, NOW, CONFIG)
    plan(engine, watches, {}, NOW + timedelta(days=1), CONFIG)
    (mail,) = mails(engine)
    assert "61 reports, nothing new" in mail["Subject"]
    for part in (text_of, html_of):
        said = part(mail)
        assert said.count("monitor show ") == LINES["possible"]
        assert "Perhaps rare" in said
        assert "monitor search --watch volunteers --since 2031-03-04 --limit 1000" in said
    assert "Watch volunteers · 60 reports" in text_of(mail)
    assert f"+{61 - LINES['possible']} more reports" in text_of(mail)
    assert not facts(engine, outbox_id=None)


def test_two_watches_of_one_recipient_are_one_mail_at_the_fastest_rate_that_names_both(engine, world):
    watches = {"slow": watch("slow", rate="weekly", name="Slow one"), "fast": watch("fast", name="Fast one")}
    world.article(watches=("slow", "fast"))
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 1
    text = text_of(mails(engine)[0])
    assert "Slow one" in text
    assert "Fast one" in text
    assert plan(engine, watches, {}, NOW + timedelta(days=8), CONFIG).messages == 0


def test_a_flood_is_one_digest_with_true_numbers(engine, world):
    watches = {"volunteers": watch()}
    config = replace(CONFIG, quiet_after=5)
    for n in range(37):
        world.article(title=f"Story {n}")
    assert plan(engine, watches, {}, NOW, config).messages == 1
    (mail,) = mails(engine)
    assert mail["Subject"].startswith("Many at once: 37 stories, 37 reports")
    assert all(f"monitor show {n}" in text_of(mail) for n in range(1, 38))
    world.article(title="One more")
    assert plan(engine, watches, {}, NOW + HOUR / 4, config).messages == 1
    for n in range(6):
        world.article(title=f"Again {n}")
    assert plan(engine, watches, {}, NOW + HOUR / 2, config).messages == 0, "one digest an hour"
    assert plan(engine, watches, {}, NOW + HOUR, config).messages == 1
    assert not facts(engine, outbox_id=None)


def test_the_settings_of_a_workspace_pace_the_alerts(engine, world, tmp_path):
    (tmp_path / "monitor.toml").write_text(
        'mail_from = "m@example.org"\n[alerts]\nflood_after = 2\nflood_minutes = 10\ndigest_stories = 1\nno_news = true\n',
        encoding="utf-8",
    )
    config = plan_config(load_settings(tmp_path, {}))
    watches = {"volunteers": watch(), "quiet": watch("quiet", rate="daily", to=("quiet@example.net",))}
    with session(engine) as opened:
        declare(opened, (), watches.values(), NOW - timedelta(days=3))
    for n in range(3):
        world.article(title=f"Story {n}")
    assert plan(engine, watches, {}, NOW, config).messages == 2
    flood, empty = mails(engine)
    assert (flood["Subject"][:22], empty["To"]) == ("Many at once: 3 storie", "quiet@example.net")
    assert text_of(flood).count("Why it matched") == 1 or text_of(flood).count("Example Post") >= 3
    for n in range(3):
        world.article(title=f"Again {n}")
    assert plan(engine, watches, {}, NOW + timedelta(minutes=9), config).messages == 0
    assert plan(engine, watches, {}, NOW + timedelta(minutes=10), config).messages == 1


def test_historical_articles_are_told_once_in_a_digest_and_never_at_once(engine, world):
    watches = {"volunteers": watch()}
    world.article(historical=True, title="An older captured report")
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 0
    assert plan(engine, watches, {}, NOW + timedelta(days=1), CONFIG).messages == 1
    assert "Older reports, found now" in text_of(mails(engine)[0])
    assert plan(engine, watches, {}, NOW + timedelta(days=2), CONFIG).messages == 0


def test_found_late_comes_in_the_digest_and_says_so(engine, world):
    watches = {"volunteers": watch()}
    world.article(figures=(CAPTIVE,), late=True)
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 0
    assert plan(engine, watches, {}, NOW + timedelta(days=1), CONFIG).messages == 1
    assert "found late" in text_of(mails(engine)[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "exchanged"}, "exchanged"),
        ({"attributes": {"negated": True}}, "denied: captured"),
    ],
)
def test_a_changed_status_and_a_denial_are_new_facts(engine, world, change, words):
    watches = {"volunteers": watch()}
    world.article(figures=(CAPTIVE,), counts=(COUNT,))
    plan(engine, watches, {}, NOW, CONFIG)
    world.article(figures=({**CAPTIVE, **change},), counts=(COUNT,), at=NOW + HOUR)
    assert plan(engine, watches, {}, NOW + HOUR, CONFIG).messages == 1
    news = text_of(mails(engine)[1]).partition("What is new")[2].partition("Persons")[0]
    assert words in news


def test_another_count_is_a_new_fact(engine, world):
    watches = {"volunteers": watch()}
    world.article(figures=(CAPTIVE,), counts=(COUNT,))
    plan(engine, watches, {}, NOW, CONFIG)
    world.article(figures=(CAPTIVE,), counts=({**COUNT, "low": 17, "bound": "at_least"},), at=NOW + HOUR)
    assert plan(engine, watches, {}, NOW + HOUR, CONFIG).messages == 1
    assert "Another count: at least 17 (XA) captured" in text_of(mails(engine)[1])


def test_a_report_taken_down_is_told_in_the_thread(engine, world):
    watches = {"volunteers": watch()}
    article = world.article(figures=(CAPTIVE,))
    plan(engine, watches, {}, NOW, CONFIG)
    with session(engine) as opened:
        opened.get_one(ArticleRow, article).gone_at = NOW + HOUR
        opened.add(
            AlertEventRow(
                article_id=article,
                revision=1,
                watch_id="volunteers",
                kind="gone",
                historical=False,
                late=False,
                created_at=NOW + HOUR,
            )
        )
    assert plan(engine, watches, {}, NOW + HOUR, CONFIG).messages == 1
    assert "has taken its report down" in text_of(mails(engine)[1])


def test_a_name_taken_out_of_a_text_is_told(engine, world):
    watches = {"volunteers": watch()}
    article = world.article(figures=(CAPTIVE, {"name": "Petro Hordiienko", "role": "captive"}))
    plan(engine, watches, {}, NOW, CONFIG)
    with session(engine) as opened:
        opened.get_one(ArticleRow, article).revision = 2
        opened.add(
            FigureRow(
                article_id=article,
                revision=2,
                name="Petro Hordiienko",
                name_key="petro hordiienko",
                role="captive",
                attributes={},
                analysis_version="1",
            )
        )
        opened.add(
            AlertEventRow(
                article_id=article,
                revision=2,
                watch_id="volunteers",
                kind="match",
                historical=False,
                late=False,
                created_at=NOW + HOUR,
            )
        )
    assert plan(engine, watches, {}, NOW + HOUR, CONFIG).messages == 1
    assert "A name was taken out of a report" in text_of(mails(engine)[1])


def test_names_show_only_if_every_watch_is_cleared(engine, world):
    cleared = {"names_cleared": True, "to": ("cleared@example.net",)}
    watches = {
        "volunteers": watch(),
        "open": watch("open", **cleared),
        "closed": watch("closed", to=("cleared@example.net",)),
    }
    body = "Ivan Smilenko was captured near the river."
    world.article(title="Ivan Smilenko captured", quote=body, figures=(CAPTIVE,), watches=("volunteers", "open"))
    world.article(title="Ivan Smilenko again", quote=body, figures=(CAPTIVE,), watches=("open", "closed"), at=NOW)
    plan(engine, watches, {}, NOW, CONFIG)
    by_recipient = {mail["To"]: mail for mail in mails(engine)}
    masked = by_recipient["reader@example.net"]
    assert "Smilenko" not in str(masked) + text_of(masked) + html_of(masked)
    both = by_recipient["cleared@example.net"]
    assert "Smilenko" not in text_of(both), "one of its watches is not cleared"
    world.article(
        title="Petro Hordiienko captured", figures=({**CAPTIVE, "name": "Petro Hordiienko"},), watches=("open",)
    )
    plan(engine, watches, {}, NOW, CONFIG)
    assert "Hordiienko" in text_of(mails(engine)[-1])
    assert "Hordiienko" not in mails(engine)[-1]["Subject"]
    with session(engine) as opened:
        audit = opened.scalars(select(AuditRow)).one()
    assert audit.action == "unmask"
    assert audit.detail["recipient"] == "cleared@example.net"
    assert "Hordiienko" not in str(audit.detail)


def test_clearance_and_suppression_by_hand_win(engine, world):
    with session(engine) as opened:
        for name, verdict in (("Ivan Smilenko", "clear"), ("Petro Hordiienko", "suppress")):
            opened.add(
                ClearanceRow(
                    name=name,
                    name_key=name.casefold(),
                    verdict=verdict,
                    reason="test",
                    decided_by="test",
                    decided_at=NOW,
                )
            )
    watches = {"volunteers": watch(), "open": watch("open", names_cleared=True, to=("cleared@example.net",))}
    world.article(
        title="Ivan Smilenko and Petro Hordiienko captured",
        quote="Ivan Smilenko and Petro Hordiienko were captured.",
        figures=(CAPTIVE, {**CAPTIVE, "name": "Petro Hordiienko"}),
        watches=("volunteers", "open"),
    )
    plan(engine, watches, {}, NOW, CONFIG)
    for mail in mails(engine):
        assert "Ivan Smilenko" in text_of(mail)
        assert "Hordiienko" not in text_of(mail) + html_of(mail)
        assert text_of(mail).partition("Persons")[2].partition("Reports")[0].count("captive") == 1
    assert not [fact for fact in facts(engine) if "hordiienko" in fact.fact]


@pytest.mark.parametrize("query", ['figure:"Ivan Smilenko"', '"Ivan Smilenko" OR "Smilenko Ivan"'])
def test_a_person_watch_shows_its_case_reference_alone(engine, world, query):
    rules = (RuleText("smilenko", query),)
    watches = {"smilenko-family": watch("smilenko-family", name="Smilenko family", rules=rules)}
    world.article(figures=(CAPTIVE,), watches=("smilenko-family",), rule="smilenko")
    plan(engine, watches, {}, NOW, CONFIG)
    (mail,) = mails(engine)
    everything = (str(mail) + text_of(mail) + html_of(mail)).casefold()
    assert "smilenko" not in everything
    assert "case-" in mail["Subject"]


def test_an_unusable_address_is_named_and_the_others_get_their_mail(engine, world):
    world.article()
    planned = plan(engine, {"volunteers": watch(to=("no address", "reader@example.net"))}, {}, NOW, CONFIG)
    assert planned.messages == 1
    assert planned.problems == ("watch volunteers: a recipient's address cannot be used in a mail",)


def test_off_is_off_and_a_recipients_own_rate_wins(engine, world):
    recipients = (Recipient("never@example.net", "off"), Recipient("daily@example.net", "daily"))
    world.article()
    watches = {"volunteers": replace(watch(), recipients=recipients)}
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 0
    plan(engine, watches, {}, NOW + timedelta(days=1), CONFIG)
    assert [mail["To"] for mail in mails(engine)] == ["daily@example.net"]


def test_a_missed_week_is_made_up_in_one_digest(engine, world):
    watches = {"volunteers": watch(rate="daily")}
    for day in range(5):
        at = NOW + timedelta(days=day)
        world.article(at=at)
        with session(engine) as opened:
            opened.execute(AlertEventRow.__table__.update().values(created_at=at))
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 0
    assert plan(engine, watches, {}, NOW + timedelta(days=9), CONFIG).messages == 1


def test_a_clock_that_ran_ahead_and_was_set_right_holds_nothing_up(engine, world):
    world.article()
    watches = {"volunteers": watch(rate="weekly")}
    plan(engine, watches, {}, NOW + timedelta(days=900), CONFIG)
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 1
    assert plan(engine, watches, {}, NOW + timedelta(days=900), CONFIG).messages == 0


@pytest.mark.parametrize(("rate", "ahead"), [("daily", timedelta(days=3)), ("hourly", timedelta(hours=9))])
def test_a_clock_that_ran_some_days_ahead_delays_no_digest_of_its_rate(engine, world, rate, ahead):
    watches = {"volunteers": watch(rate=rate)}
    world.article()
    plan(engine, watches, {}, NOW + ahead, CONFIG)
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 1


def test_mails_of_a_clock_that_ran_ahead_make_no_flood(engine, world):
    config, watches = replace(CONFIG, quiet_after=3), {"volunteers": watch()}
    for n in range(3):
        world.article(title=f"Story {n}")
    plan(engine, watches, {}, NOW + timedelta(days=400), config)
    world.article(title="One more")
    plan(engine, watches, {}, NOW, config)
    assert [mail["Subject"].count("Many at once") for mail in mails(engine)] == [0, 0, 0, 0]


def test_links_follow_the_most_careful_setting(engine, world):
    world.article(url="https://example-post.example/news/4711.html")
    for links, there in (("original", True), ("local", False), ("none", False)):
        watches = {"volunteers": replace(watch(), recipients=(Recipient(f"{links}@example.net", None, links),))}
        with session(engine) as opened:
            opened.execute(AlertEventRow.__table__.update().values(planned_at=None))
        plan(engine, watches, {}, NOW, CONFIG)
        text = text_of(mails(engine)[-1])
        assert ("https://example-post.example/news/4711.html" in text) is there
        assert ("monitor show" in text) is (links != "none")


def test_a_digest_ends_with_its_coverage(engine, world):
    states = (OutletState("Example Post"), OutletState("Example Times", "silent", NOW - timedelta(days=3)))
    world.article()
    config = replace(CONFIG, coverage=Coverage(states, NOW))
    plan(engine, {"volunteers": watch(rate="hourly")}, {}, NOW, config)
    plan(engine, {"volunteers": watch(rate="hourly")}, {}, NOW + HOUR, config)
    for part in (text_of, html_of):
        said = part(mails(engine)[0])
        assert "Coverage: 1 of 2 outlets healthy." in said
        assert "silent: Example Times (since 2031-03-01)" in said


def test_no_news_is_said_when_asked_and_once_a_window(engine, world):
    watches = {"volunteers": watch(rate="daily")}
    config = replace(CONFIG, say_no_news=True)
    with session(engine) as opened:
        opened.add(WatchRow(id="volunteers", name="", version="1", origin="file", first_seen_at=NOW))
    plan(engine, watches, {}, NOW, config)
    said = [plan(engine, watches, {}, NOW + timedelta(hours=h), config).messages for h in (22, 23, 46)]
    assert said == [1, 0, 1]
    assert mails(engine)[0]["Subject"].startswith("No news")
    assert plan(engine, watches, {}, NOW + timedelta(hours=47), CONFIG).messages == 0


def test_a_second_planner_leaves_at_once(engine, world):
    world.article()
    with alone(engine, "planner") as held:
        assert held
        assert plan(engine, {"volunteers": watch()}, {}, NOW, CONFIG).held
    assert plan(engine, {"volunteers": watch()}, {}, NOW, CONFIG).messages == 1


@pytest.mark.parametrize(
    ("rate", "at", "zone", "now", "expected"),
    [
        ("hourly", "07:00", "UTC", "2031-03-04T09:30", "2031-03-04T10:00"),
        ("daily", "07:00", "UTC", "2031-03-04T06:59", "2031-03-04T07:00"),
        ("daily", "07:00", "UTC", "2031-03-04T07:00", "2031-03-05T07:00"),
        ("weekly", "07:00", "UTC", "2031-03-04T09:30", "2031-03-10T07:00"),
        ("daily", "07:00", "Europe/Kyiv", "2031-03-04T09:30", "2031-03-05T05:00"),
        ("daily", "07:00", "Europe/Kyiv", "2031-03-29T12:00", "2031-03-30T04:00"),  # clocks went forward that night
        ("daily", "03:30", "Europe/Kyiv", "2031-03-29T12:00", "2031-03-30T01:30"),  # 03:30 does not exist that day
        ("daily", "03:30", "Europe/Kyiv", "2031-10-25T12:00", "2031-10-26T00:30"),  # 03:30 comes twice: the first
    ],
)
def test_digests_come_at_the_local_hour(rate, at, zone, now, expected):
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_digest(rate, at, ZoneInfo(zone), instant) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_thousand_matches_are_one_digest(engine, world):
    for n in range(300):
        world.article(title=f"Story number {n}")
    plan(engine, {"volunteers": watch(rate="daily")}, {}, NOW, CONFIG)
    plan(engine, {"volunteers": watch(rate="daily")}, {}, NOW + timedelta(days=1), CONFIG)
    (mail,) = mails(engine)
    assert "300 stories, 300 reports" in mail["Subject"]
    assert all(f"monitor show {n}" in text_of(mail) for n in range(1, 301))
    with session(engine) as opened:
        assert opened.scalar(select(func.count()).select_from(StoryRow)) == 300


def test_a_rule_that_is_named_after_a_person_is_shown_by_its_number(engine, world):
    rules = (RuleText("other", "captured"), RuleText("smilenko", '"Ivan Smilenko"'))
    world.article(rule="smilenko", figures=())
    plan(engine, {"volunteers": watch(rules=rules)}, {}, NOW, CONFIG)
    text = text_of(mails(engine)[0])
    assert "Watch volunteers, rule no. 2" in text
    assert "smilenko" not in text.casefold()


def test_an_outlet_that_shares_links_alone_is_not_quoted(engine, world):
    words = "Two men were captured near the river."
    person = {**CAPTIVE, "attributes": {"status_quote": words}}
    world.article(quote=words, figures=(person,), counts=({**COUNT, "quote": words},))
    with session(engine) as opened:
        opened.execute(OutletRow.__table__.update().values(share="link_only"))
    plan(engine, {"volunteers": watch()}, {}, NOW, CONFIG)
    (mail,) = mails(engine)
    assert "near the river." not in text_of(mail) + html_of(mail)
    with session(engine) as opened:
        opened.execute(OutletRow.__table__.update().values(share="excerpt"))
        opened.execute(AlertEventRow.__table__.update().values(planned_at=None))
    plan(engine, {"volunteers": watch(to=("other@example.net",))}, {}, NOW, CONFIG)
    assert text_of(mails(engine)[1]).count("near the river.") == 3, "the sentence, the person, the count"


CHILD = """
import os, signal, sys
from datetime import datetime
from monitor.alerts import compose, planner
from pipelines.store.session import make_engine
from tests.alerts.conftest import CONFIG, NOW, watch

calls = 0

def before(owner, name):
    original = getattr(owner, name)
    def run(*arguments, **more):
        global calls
        calls += 1
        if calls == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **more)
    setattr(owner, name, run)

places = {"assign": (planner.stories, "assign"), "tell": (planner, "_tell"), "mails": (planner, "compose")}
before(*{**places, "store": (compose, "_store")}[sys.argv[2]])
planner.plan(make_engine(sys.argv[1]), {"volunteers": watch()}, {}, NOW, CONFIG)
"""


@pytest.mark.parametrize(("where", "after"), [("assign", 1), ("tell", 2), ("mails", 1), ("store", 1), ("store", 3)])
def test_a_planner_killed_anywhere_loses_and_doubles_nothing(engine, world, where, after):
    for n in range(4):
        world.article(title=f"Story {n}")
    url = engine.url.render_as_string(hide_password=False)
    child = warm.run(["-c", CHILD, url, where, str(after)], warm.bare(), 60)
    assert child.returncode == -signal.SIGKILL
    plan(engine, {"volunteers": watch()}, {}, NOW, CONFIG)
    told = [text_of(mail) for mail in mails(engine)]
    assert len(told) == 4
    assert all(sum(f"monitor show {n}" in text for text in told) == 1 for n in range(1, 5))
