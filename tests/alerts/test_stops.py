"""Stop links: a token for a recipient and the watches of a mail; a GET shows, a POST stops, the owner undoes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from monitor.alerts import stops
from monitor.alerts.called import public_label
from monitor.alerts.outbox import send
from monitor.alerts.planner import plan
from monitor.protection import workspace_secret
from monitor.watches import load_watches
from pipelines.records import RuleText
from pipelines.store.schema import AuditRow, OutboxRow, StopRow
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, SECRET, parse, text_of, watch
from tests.calling import call

PUBLIC = replace(CONFIG, public_url="https://monitor.example.org/")
READER = "reader@example.net"


def mails(engine):
    with session(engine) as opened:
        return [parse(row.message) for row in opened.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def link_of(mail) -> str:
    return mail["List-Unsubscribe"].split(">")[0].strip(" <")


def test_the_link_of_a_mail_stands_for_its_recipient_and_its_watches(engine, world):
    watches = {"volunteers": watch(to=(READER, "other@example.net")), "prisoners": watch("prisoners", to=(READER,))}
    world.article()
    plan(engine, watches, {}, NOW, PUBLIC)
    mine, other = sorted(mails(engine), key=lambda mail: mail["To"] != READER)
    assert mine["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link_of(mine).startswith("https://monitor.example.org/stop/")
    assert f"Stop it: {link_of(mine)}" in text_of(mine)
    token = urlsplit(link_of(mine)).path.rpartition("/")[2]
    assert stops.asked_by(token, watches, SECRET) == stops.Asked(READER, ("volunteers",))
    assert token not in link_of(other)
    assert stops.asked_by(token, watches, b"another secret") is None
    assert stops.asked_by(token[:-1] + ("a" if token[-1] != "a" else "b"), watches, SECRET) is None
    assert READER.split("@")[0] not in link_of(mine)


@pytest.mark.parametrize(
    ("ids", "means"),
    [(("a",), ("a",)), (("b", "a"), ("a", "b")), ((), ("*",)), (("a", "b", "c", "d", "e"), ("*",))],
)
def test_what_a_token_means(ids, means):
    watches = {one: watch(one, to=(READER,)) for one in "abcde"}
    assert stops.asked_by(stops.token(SECRET, READER, ids), watches, SECRET) == stops.Asked(READER, means)


def test_tags_of_two_recipients_put_together_mean_nothing():
    watches = {"a": watch("a", to=(READER, "other@example.net"))}
    both = f"{stops.token(SECRET, READER, ['a'])}.{stops.token(SECRET, 'other@example.net', ['a'])}"
    assert stops.asked_by(both, watches, SECRET) is None


def test_a_stop_holds_for_its_watch_alone_and_is_undone(engine, world, smtp, inbox):
    watches = {"volunteers": watch(to=(READER,)), "prisoners": watch("prisoners", to=(READER,))}
    world.article()
    plan(engine, watches, {}, NOW, CONFIG)
    with session(engine) as opened:
        assert stops.stop(opened, stops.Asked(READER, ("volunteers",)), watches, NOW, "recipient")
        assert not stops.stop(opened, stops.Asked(READER, ("volunteers",)), watches, NOW, "recipient")
    assert send(engine, smtp, lambda: NOW).sent == 0  # what was queued of it alone is held back
    world.article(watches=("volunteers",))
    world.article(watches=("volunteers", "prisoners"))
    plan(engine, watches, {}, NOW + timedelta(hours=1), CONFIG)
    send(engine, smtp, lambda: NOW + timedelta(hours=1))
    (told,) = inbox.mails
    assert "Watch prisoners" in text_of(told)
    assert "Watch volunteers" not in text_of(told)
    with session(engine) as opened:
        assert stops.resume(opened, stops.Asked(READER, ("volunteers",)), NOW, "owner")
        actions = opened.execute(select(AuditRow.action, AuditRow.actor, AuditRow.target)).all()
    assert actions == [("alerts_stop", "recipient", "volunteers"), ("alerts_resume", "owner", "volunteers")]
    world.article(watches=("volunteers",))
    assert plan(engine, watches, {}, NOW + timedelta(hours=2), CONFIG).messages == 1


def test_what_waits_for_a_digest_goes_on_under_the_other_watch_that_matched(engine, world):
    watches = {one: watch(one, rate="daily", to=(READER,)) for one in ("volunteers", "prisoners")}
    world.article(watches=("volunteers", "prisoners"))
    world.article(watches=("volunteers",))
    plan(engine, watches, {}, NOW, CONFIG)
    with session(engine) as opened:
        stops.stop(opened, stops.Asked(READER, ("volunteers",)), watches, NOW, "recipient")
    plan(engine, watches, {}, NOW + timedelta(days=1), CONFIG)
    (digest,) = mails(engine)
    assert "1 story, 1 report" in digest["Subject"]
    assert "Watch volunteers" not in text_of(digest)


def test_a_recipient_who_was_taken_out_of_a_watch_gets_nothing_that_waited(engine, world):
    world.article()
    plan(engine, {"volunteers": watch(rate="daily", to=(READER, "other@example.net"))}, {}, NOW, CONFIG)
    plan(engine, {"volunteers": watch(rate="daily", to=("other@example.net",))}, {}, NOW + timedelta(days=1), CONFIG)
    assert [mail["To"] for mail in mails(engine)] == ["other@example.net"]


@pytest.mark.parametrize("one", [one for one in load_watches().values() if one.enabled], ids=lambda one: one.id)
def test_the_shipped_watches_are_called_by_their_names(one):
    assert public_label(one, SECRET) == one.name


@pytest.mark.parametrize(
    ("id", "name", "rule"), [("x1", "Smilenko", "captured"), ("x2", "The case of Ivan Smilenko", "Smilenko")]
)
def test_a_name_in_the_name_of_a_watch_is_on_no_page(id, name, rule):
    shown = public_label(watch(id, name=name, rules=(RuleText("a", rule),)), SECRET)
    assert "Smilenko" not in shown
    assert shown


def test_a_page_with_a_button_then_the_owner_sees_and_undoes_it(tmp_path, engine):
    pytest.importorskip("httpx2", reason="httpx2 is not installed: starlette's test client needs it")
    from starlette.testclient import TestClient

    from monitor.config import Config
    from monitor.web.app import make_app

    assert call(tmp_path, "watches", "add", "foreign-fighters", "--to", READER).code == 0
    token = stops.token(workspace_secret(tmp_path), READER, ["foreign-fighters"])
    # a mailbox provider: another host name, no login, no cookie, no origin
    web = TestClient(make_app(Config(workspace=tmp_path)), base_url="https://monitor.example.org")
    shown = web.get(f"/stop/{token}")
    assert (shown.status_code, "<button>" in shown.text, "oreign fighters" in shown.text) == (200, True, True)
    assert (READER in shown.text, shown.headers["referrer-policy"]) == (False, "no-referrer")
    assert web.head(f"/stop/{token}").status_code == 200
    with session(engine) as opened:
        assert opened.scalars(select(StopRow)).all() == []
    for path in (f"/stop/{token[:-2]}zz", "/stop/x", f"/stop/{token}/more"):
        assert web.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    done = web.post(f"/stop/{token}", data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, "Stopped" in done.text) == (200, True)
    assert web.post(f"/stop/{token}").status_code == 200
    assert web.get("/").status_code == 421  # nothing else opened
    listed = call(tmp_path, "watches", "list", "--json").out
    assert f"{READER} (daily) [stopped" in listed or f"{READER} [stopped" in listed
    assert "stopped" in call(tmp_path, "watches", "show", "foreign-fighters").out
    assert call(tmp_path, "alerts", "resume", READER, "--watch", "foreign-fighters").code == 0
    assert "stopped" not in call(tmp_path, "watches", "show", "foreign-fighters").out
    (tmp_path / "watchlists" / "broken.toml").write_text("nonsense", encoding="utf-8")
    again = TestClient(make_app(Config(workspace=tmp_path)), base_url="https://monitor.example.org")
    assert again.get(f"/stop/{token}").status_code == 200  # whatever file is broken
    (tmp_path / "watchlists" / "broken.toml").unlink()
    by_mail = call(tmp_path, "alerts", "stop", f"unsubscribe {token}")
    assert by_mail.out == f"{READER} is told no more of foreign-fighters\n"
    assert call(tmp_path, "alerts", "resume", READER).code == 0
    assert call(tmp_path, "alerts", "resume", READER).code == 2
    assert call(tmp_path, "alerts", "stop", "nobody@example.net").code == 2
