"""What the owner and the digests are told of outlets: alarms end to end to a real mail server; gaps beside troubles."""

from __future__ import annotations

from datetime import timedelta

from monitor.alerts import coverage
from monitor.alerts.planner import plan
from monitor.alerts.sending import send_queued
from monitor.config import Config
from monitor.cycle import _look_after, _send
from monitor.wiring import Workshop
from pipelines.records import Feed, FeedKind, Outlet
from pipelines.store.schema import FeedStateRow, OutletRow, RunRow
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, text_of, watch

URL = "https://post.example/rss"
POST = Outlet("post", "Example Post", "https://post.example/", "KE", ("en",), feeds=(Feed(FeedKind.RSS, URL),))
HOUR = timedelta(hours=1)


def outlet(opened, id="post", **more):
    row = {"name": id.title(), "country": "KE", "ownership": "independent", "last_success_at": NOW}
    opened.add(OutletRow(id=id, **{**row, "first_seen_at": NOW - 90 * HOUR, **more}))


def feed(opened, verdict, at, url=URL, id="post", **more):
    opened.merge(FeedStateRow(url=url, outlet_id=id, kind="rss", verdict=verdict, checked_at=at, **more))


def test_the_owner_hears_of_a_broken_outlet_once_a_day_and_of_its_mending(tmp_path, engine, smtp, inbox):
    config = Config(workspace=tmp_path, smtp_host=smtp.host, smtp_port=smtp.port, smtp_security="none",
                    mail_from="m@example.org", owner="Desk <owner@example.org>")  # fmt: skip
    shop = Workshop(config, {"post": POST}, {}, engine)
    with session(engine) as opened:
        outlet(opened)
        for hours in range(-40, 90):
            at = NOW - hours * HOUR
            opened.add(RunRow(kind="watch", host="h", pid=1, started_at=at, heartbeat_at=at))
    subjects = []
    for hours, verdict in ((0, "working"), (7, "blocked"), (8, "blocked"), (20, "blocked"), (32, "blocked"),
                           (33, "working"), (34, "working")):  # fmt: skip
        now = NOW + hours * HOUR
        with session(engine) as opened:
            feed(opened, verdict, now, ok_at=now if verdict == "working" else NOW, problem=None)
        _look_after(shop, [], now)
        send_queued(shop, lambda now=now: now)
        subjects.append([mail["Subject"] for mail in inbox.mails[sum(map(len, subjects)) :]])
    assert subjects == [
        [],
        ["[monitor health] Example Post blocked"],
        [],
        [],
        ["[monitor health] Example Post blocked"],
        ["[monitor health] 1 mended"],
        [],
    ]
    assert "Still so" in text_of(inbox.mails[1])
    assert "post: blocked: mended" in text_of(inbox.mails[2])
    assert {mail["To"] for mail in inbox.mails} == {"owner@example.org"}
    assert inbox.mails[0]["List-Unsubscribe"] is None


def test_the_owner_hears_of_mails_that_no_server_takes(tmp_path, engine, world, smtp, inbox):
    config = Config(workspace=tmp_path, smtp_host=smtp.host, smtp_port=smtp.port, smtp_security="none",
                    mail_from="m@example.org", owner="owner@example.org")  # fmt: skip
    world.article()
    plan(engine, {"volunteers": watch()}, {}, NOW, CONFIG)
    inbox.rcpt_answers["reader@example.net"] = "550 no such user"
    problems: list[str] = []
    for minutes in (0, 15, 30):
        at = NOW + timedelta(minutes=minutes)
        _send(Workshop(config, {}, {}, engine), lambda at=at: at, problems, [])
    assert problems == ["1 mail failed for good: monitor alerts log"]
    (told,) = inbox.mails
    assert (told["To"], "1 mail failed for good" in text_of(told)) == ("owner@example.org", True)


def test_gaps_are_named_since_the_first_of_them_and_beside_other_troubles(engine):
    with session(engine) as opened:
        outlet(opened)
        outlet(opened, "times", health="blocked", health_since_at=NOW - 30 * HOUR)
        outlet(opened, "herald")
        for number, hours in enumerate((50, 26, 2)):
            feed(opened, "working", NOW, f"{URL}/{number}", gap_at=NOW - hours * HOUR)
        feed(opened, "blocked", NOW, "https://times.example/rss", "times", gap_at=NOW - 74 * HOUR)
        feed(opened, "working", NOW, "https://herald.example/rss", "herald")
        opened.flush()
        said = coverage.lines(coverage.read(opened))
    assert said == (
        "Coverage: 1 of 3 outlets healthy.",
        "blocked: Times (since 2031-03-03)",
        "gapped: Post (since 2031-03-02), Times (since 2031-03-01)",
    )
