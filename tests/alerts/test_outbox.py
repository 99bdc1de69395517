"""The sender against a real mail server: refusals, losses, kills; nothing lost, doubled at most the one in flight."""

from __future__ import annotations

import signal
import textwrap
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from monitor.alerts.lock import alone
from monitor.alerts.outbox import BACK_OFF, LEASE, again, pause, send
from monitor.alerts.smtp import Line, SmtpSettings
from pipelines.store.schema import DeliveryRow, OutboxRow
from pipelines.store.session import session
from tests import warm
from tests.alerts.conftest import NOW

MINUTE = timedelta(minutes=1)


def queue(engine, count=1, to="reader{n}@example.net"):
    with session(engine) as opened:
        start = opened.query(OutboxRow).count()
        for n in range(start, start + count):
            content = f"Message-ID: <alert.{n}@example.org>\r\nSubject: {n}\r\n\r\n.a line with a dot\r\n".encode()
            opened.add(
                OutboxRow(
                    dedupe=str(n),
                    kind="story",
                    recipient=to.format(n=n),
                    message_id=f"<alert.{n}@example.org>",
                    sender="bounce@example.org",
                    message=content,
                    created_at=NOW,
                    next_try_at=NOW,
                )
            )


def states(engine):
    with session(engine) as opened:
        return [row.state for row in opened.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def deliveries(engine):
    with session(engine) as opened:
        return [(row.result, row.code) for row in opened.scalars(select(DeliveryRow).order_by(DeliveryRow.id))]


def test_the_envelope_sender_is_the_bounce_address_and_the_bytes_are_unchanged(engine, smtp, inbox):
    queue(engine)
    send(engine, smtp, lambda: NOW)
    sender, recipients, content = inbox.received[0]
    assert (sender, recipients) == ("bounce@example.org", ["reader0@example.net"])
    assert content.endswith(b"\r\n\r\n.a line with a dot\r\n")
    assert deliveries(engine) == [("sent", 250)]


def test_a_refused_recipient_fails_visibly_and_the_others_get_theirs(engine, smtp, inbox):
    queue(engine, 3)
    inbox.rcpt_answers["reader1@example.net"] = "550 no such mailbox"
    result = send(engine, smtp, lambda: NOW)
    assert (result.sent, result.failed, result.waiting) == (2, 1, 0)
    assert states(engine) == ["sent", "failed", "sent"]


def test_a_temporary_refusal_is_tried_again_after_its_pause_and_fails_after_three_days(engine, smtp, inbox):
    queue(engine)
    inbox.rcpt_answers["reader0@example.net"] = "451 try later"
    now, tries = NOW, 0
    while states(engine) == ["pending"]:
        send(engine, smtp, lambda now=now: now)
        tries += 1
        assert tries < 40
        with session(engine) as opened:
            now = opened.scalar(select(OutboxRow.next_try_at))
    assert states(engine) == ["failed"]
    assert timedelta(hours=60) < now - NOW < timedelta(hours=84)
    assert all(result == ("temporary", 451) for result in deliveries(engine))


@pytest.mark.parametrize("down", ["server", "greylisted"])
@pytest.mark.parametrize("jump", [timedelta(days=4), timedelta(days=400), timedelta(days=-30)])
def test_a_clock_that_jumps_fails_nothing(engine, smtp, inbox, down, jump):
    queue(engine, 2)
    inbox.rcpt_answers |= dict.fromkeys(["reader0@example.net", "reader1@example.net"], "450 greylisted")
    server = SmtpSettings("127.0.0.1", 1, "none", timeout_seconds=2) if down == "server" else smtp
    for minutes in (0, 15):
        send(engine, server, lambda minutes=minutes: NOW + minutes * MINUTE)
    for minutes in (20, 35):
        assert send(engine, server, lambda minutes=minutes: NOW + jump + minutes * MINUTE).waiting == 2
    inbox.rcpt_answers.clear()
    assert send(engine, smtp, lambda: NOW + jump + timedelta(hours=12)).sent == 2


def test_a_server_that_is_down_for_four_days_of_runs_fails_the_mails_and_retry_brings_them(engine, smtp, inbox):
    queue(engine, 2)
    nowhere = SmtpSettings("127.0.0.1", 1, "none", timeout_seconds=2)
    results = [send(engine, nowhere, lambda hour=hour: NOW + timedelta(hours=hour)) for hour in range(0, 96, 2)]
    assert states(engine) == ["failed", "failed"]
    assert results[4].longest == timedelta(hours=8)
    with session(engine) as opened:
        assert again(opened, [2, 99], NOW) == 1
    send(engine, smtp, lambda: NOW + timedelta(days=5))
    assert states(engine) == ["failed", "sent"]


@pytest.mark.parametrize(
    ("mail_from", "rcpt", "verdicts"),
    [
        ("530 5.7.0 Must issue a STARTTLS command first", "250 OK", ["pending", "pending"]),
        ("550 5.7.1 sender rejected", "250 OK", ["pending", "pending"]),
        ("451 try later", "250 OK", ["pending", "pending"]),
        ("552 5.3.4 too big", "250 OK", ["failed", "failed"]),
        ("250 OK", "251 will forward", ["sent", "sent"]),
        ("250 OK", "252 cannot verify, but will take it", ["sent", "sent"]),
        ("250 OK", "450 4.2.0 greylisted", ["pending", "pending"]),
        ("250 OK", "421 4.3.2 closing", ["pending", "pending"]),
        ("250 OK", "554 5.7.1 <reader0@example.net>: Relay access denied", ["pending", "pending"]),
        ("250 OK", "550 5.1.1 no such mailbox", ["failed", "failed"]),
    ],
)
def test_what_the_server_answers_decides(engine, smtp, inbox, mail_from, rcpt, verdicts):
    queue(engine, 2)
    inbox.mail_answer = mail_from
    inbox.rcpt_answers |= dict.fromkeys(["reader0@example.net", "reader1@example.net"], rcpt)
    send(engine, smtp, lambda: NOW)
    assert states(engine) == verdicts
    assert len(inbox.received) == verdicts.count("sent"), "sent means that the server has the text"


def test_a_refusal_of_the_text_is_told_apart(engine, smtp, inbox):
    queue(engine, 2)
    inbox.data_answers[:] = ["552 too big", "452 disk full"]
    send(engine, smtp, lambda: NOW)
    assert states(engine) == ["failed", "pending"]


def test_nobody_listening_means_waiting_and_a_day_later_all_arrive(engine, smtp, inbox):
    queue(engine, 5)
    nowhere = SmtpSettings("127.0.0.1", 1, "none", timeout_seconds=2)
    for hour in range(24):
        result = send(engine, nowhere, lambda hour=hour: NOW + timedelta(hours=hour))
        assert result.sent == 0
        assert result.problem
    assert send(engine, smtp, lambda: NOW + timedelta(hours=40)).sent == 5
    assert len(inbox.received) == 5


def test_a_line_lost_after_the_text_is_unknown_then_one_more_try_with_the_same_id(engine, smtp, inbox):
    queue(engine)
    inbox.data_answers[:] = ["lost"]
    assert send(engine, smtp, lambda: NOW).unknown == 1
    send(engine, smtp, lambda: NOW + 2 * MINUTE)
    assert states(engine) == ["sent"]
    assert [mail["Message-ID"] for mail in inbox.mails] == ["<alert.0@example.org>"] * 2
    assert [result for result, _ in deliveries(engine)] == ["unknown", "sent"]


def test_lost_twice_stays_unknown_for_a_person(engine, smtp, inbox):
    queue(engine)
    inbox.data_answers[:] = ["lost", "lost"]
    for minutes in (0, 2, 4, 600):
        send(engine, smtp, lambda minutes=minutes: NOW + minutes * MINUTE)
    assert states(engine) == ["unknown"]
    assert len(inbox.received) == 2


def test_at_most_once_never_tries_again(engine, smtp, inbox):
    queue(engine)
    inbox.data_answers[:] = ["lost"]
    for minutes in (0, 10):
        send(engine, smtp, lambda minutes=minutes: NOW + minutes * MINUTE, promise="at_most_once")
    assert states(engine) == ["unknown"]
    assert len(inbox.received) == 1


def test_a_second_sender_leaves_at_once(engine, smtp, inbox):
    queue(engine)
    with alone(engine, "sender") as held:
        assert held
        assert send(engine, smtp, lambda: NOW).held
    assert inbox.received == []


def test_a_lost_senders_message_waits_for_its_lease(engine, smtp, inbox):
    queue(engine)
    with session(engine) as opened:
        opened.execute(update(OutboxRow).values(state="sending", leased_until_at=NOW + LEASE, attempts=1))
    assert send(engine, smtp, lambda: NOW + MINUTE).sent == 0
    assert send(engine, smtp, lambda: NOW + LEASE).sent == 1


def test_a_clock_that_ran_ahead_and_was_set_right_holds_nothing_up(engine, smtp, inbox):
    queue(engine, 2)
    ahead = NOW.replace(year=NOW.year + 9)
    inbox.data_answers[:] = ["451 later"]
    with session(engine) as opened:
        opened.execute(update(OutboxRow).values(created_at=ahead, next_try_at=ahead))
    with session(engine) as opened:
        other = opened.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()[1]
        other.next_try_at += LEASE
    send(engine, smtp, lambda: ahead)
    with session(engine) as opened:
        other = opened.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()[1]
        other.state, other.leased_until_at = "sending", ahead + LEASE
    send(engine, smtp, lambda: NOW + MINUTE)
    assert states(engine) == ["sent", "sent"]


def test_one_connection_carries_many(engine, smtp, inbox, monkeypatch):
    opened_lines = []
    original = Line._open

    def counted(self):
        if self._client is None:
            opened_lines.append(1)
        return original(self)

    monkeypatch.setattr(Line, "_open", counted)
    queue(engine, 150)
    assert send(engine, smtp, lambda: NOW).sent == 150
    assert len(opened_lines) == 2


@pytest.mark.parametrize("attempts", [1, 2, 3, 4, 5, 9])
def test_pauses_grow_and_are_the_same_every_time(attempts):
    base = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    assert base * 0.8 <= pause(attempts, "x") <= base * 1.2
    assert pause(attempts, "x") == pause(attempts, "x")


CHILD = textwrap.dedent(
    """
    import os, signal, sys
    from datetime import datetime
    from monitor.alerts import outbox
    from monitor.alerts.smtp import Line, SmtpSettings
    from pipelines.store.session import make_engine

    url, port, where, after, now = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5]
    calls = 0

    def die():
        global calls
        calls += 1
        if calls == after:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(owner, name):
        original = getattr(owner, name)
        def run(*arguments, **more):
            die()
            return original(*arguments, **more)
        setattr(owner, name, run)

    before(*{"claim": (outbox, "_claim"), "send": (Line, "send"), "mark": (outbox, "_mark")}[where])
    at = datetime.fromisoformat(now)
    outbox.send(make_engine(url), SmtpSettings("127.0.0.1", port, "none", local_name="localhost"), lambda: at)
    """
)


@pytest.mark.parametrize("where", ["claim", "send", "mark"])
@pytest.mark.parametrize("after", [1, 3])
def test_a_kill_in_any_state_loses_nothing_and_doubles_at_most_the_one_in_flight(engine, smtp, inbox, where, after):
    queue(engine, 5)
    url = engine.url.render_as_string(hide_password=False)
    child = warm.run(["-c", CHILD, url, str(smtp.port), where, str(after), NOW.isoformat()], warm.bare(), 60)
    assert child.returncode == -signal.SIGKILL
    send(engine, smtp, lambda: NOW + LEASE)
    assert states(engine) == ["sent"] * 5
    ids = [mail["Message-ID"] for mail in inbox.mails]
    assert set(ids) == {f"<alert.{n}@example.org>" for n in range(5)}
    assert len(ids) <= 6
    assert len(ids) == 5 or where == "mark"
