"""Webhooks against a real HTTP server on loopback: signed, the same id again, guarded."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from monitor.alerts import webhook
from monitor.alerts.outbox import send
from monitor.alerts.planner import plan
from monitor.alerts.smtp import SmtpSettings
from monitor.watches import load_watches
from pipelines.store import migrations
from pipelines.store.schema import DeliveryRow, OutboxRow
from pipelines.store.session import make_engine, session
from tests.alerts.conftest import CONFIG, NOW, SECRET, watch
from tests.calling import call


class Receiver:
    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers.items()), body))
                code = receiver.answers.pop(0) if receiver.answers else 204
                self.send_response(code)
                if 300 <= code < 400:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.place}/hook?from=monitor"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def states(engine):
    with session(engine) as opened:
        return [row.state for row in opened.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def test_a_story_is_posted_signed_and_masked(engine, world, smtp, receiver):
    person = {"name": "Ivan Smilenko", "role": "captive", "status": "captured"}
    world.article(figures=(person,), title="Ivan Smilenko captured", quote="Ivan Smilenko was captured.")
    plan(engine, {"volunteers": watch(to=(receiver.url,))}, {}, NOW, CONFIG)
    assert send(engine, smtp, lambda: NOW, allow_addresses=(receiver.place,)).sent == 1
    ((headers, body),) = receiver.got
    key = webhook.key(SECRET, receiver.url)
    assert headers["X-Monitor-Signature"] == "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    told = json.loads(body)
    assert told["id"] == headers["X-Monitor-Id"]
    assert told["type"] == "story"
    assert told["news"]["persons"]
    assert b"Smilenko" not in body


def test_a_retry_has_the_same_id_and_bytes(engine, world, smtp, receiver):
    world.article()
    plan(engine, {"volunteers": watch(to=(receiver.url,))}, {}, NOW, CONFIG)
    receiver.answers[:] = [503, 429]
    for minutes in (0, 2, 12):
        at = NOW + timedelta(minutes=minutes)
        send(engine, smtp, lambda at=at: at, allow_addresses=(receiver.place,))
    assert states(engine) == ["sent"]
    assert len({(headers["X-Monitor-Id"], body) for headers, body in receiver.got}) == 1
    assert len(receiver.got) == 3


@pytest.mark.parametrize("code", [302, 400, 410])
def test_a_refusal_is_for_good_and_redirects_are_not_followed(engine, world, smtp, receiver, code):
    world.article()
    plan(engine, {"volunteers": watch(to=(receiver.url,))}, {}, NOW, CONFIG)
    receiver.answers[:] = [code]
    send(engine, smtp, lambda: NOW, allow_addresses=(receiver.place,))
    assert states(engine) == ["failed"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://[::1]/x", "http://169.254.169.254/", "http://localhost/"]
)
def test_addresses_that_are_not_public_are_refused(engine, world, smtp, inbox, url):
    world.article()
    plan(engine, {"volunteers": watch(to=(url, "reader@example.net"))}, {}, NOW, CONFIG)
    result = send(engine, smtp, lambda: NOW)
    assert sorted(states(engine)) == ["failed", "sent"]
    assert (result.sent, result.failed) == (1, 1)
    assert len(inbox.received) == 1


def test_nobody_listening_is_temporary():
    result = webhook.post("http://127.0.0.1:1/x", b"{}", "<1>", "sha256=0", frozenset({"127.0.0.1:1"}))
    assert result.verdict == "temporary"


def test_a_receiver_that_is_down_is_asked_once_and_holds_up_no_mail(engine, world, smtp, inbox, receiver):
    for _ in range(3):
        world.article()
    dead = "http://127.0.0.1:1/hook"
    plan(engine, {"volunteers": watch(to=(dead, "reader@example.net", receiver.url))}, {}, NOW, CONFIG)
    result = send(engine, smtp, lambda: NOW, allow_addresses=("127.0.0.1:1", receiver.place))
    assert (len(inbox.received), len(receiver.got), result.waiting) == (3, 3, 3)
    with session(engine) as opened:
        tries = select(DeliveryRow.id).join(OutboxRow, DeliveryRow.outbox_id == OutboxRow.id)
        assert len(opened.scalars(tries.where(OutboxRow.recipient == dead)).all()) == 1


def test_without_a_mail_server_webhooks_are_told_and_mails_wait(engine, world, receiver):
    world.article()
    plan(engine, {"volunteers": watch(to=(receiver.url, "reader@example.net"))}, {}, NOW, CONFIG)
    result = send(engine, None, lambda: NOW, allow_addresses=(receiver.place,))
    assert (result.sent, result.waiting, result.problem) == (1, 1, "")
    assert len(receiver.got) == 1


def test_a_mail_server_that_is_down_holds_up_no_webhook(engine, world, receiver):
    world.article()
    plan(engine, {"volunteers": watch(to=(receiver.url, "reader@example.net"))}, {}, NOW, CONFIG)
    nobody = SmtpSettings("127.0.0.1", 1, "none", timeout_seconds=2)
    result = send(engine, nobody, lambda: NOW, allow_addresses=(receiver.place,))
    assert (result.sent, result.waiting) == (1, 1)
    assert "refused" in result.problem.lower()


def test_from_the_command_line_to_a_receiver_that_checks(tmp_path, receiver):
    """A person's way: a watch told to a webhook, a sample, the key that the receiver checks it with."""
    (tmp_path / "monitor.toml").write_text(f'allow_addresses = ["{receiver.place}"]\n', encoding="utf-8")
    migrations.upgrade(make_engine(f"sqlite:///{tmp_path}/monitor.db"))
    made = call(tmp_path, "watches", "add", "foreign-fighters", "--to", receiver.url, "--rate", "immediate")
    assert (made.code, "alerts key" in made.out, "smtp_host" in made.out) == (0, True, False), made.err
    assert load_watches(tmp_path)["foreign-fighters"].recipients[0].address == receiver.url
    tried = call(tmp_path, "alerts", "test", receiver.url)
    assert (tried.code, tried.out) == (0, "sent: 204 taken\n")
    key = call(tmp_path, "alerts", "key", receiver.url).out.strip()
    ((headers, body),) = receiver.got
    wanted = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(headers["X-Monitor-Signature"], wanted)
    assert call(tmp_path, "alerts", "key", "reader@example.net").code == 2
    receiver.answers[:] = [500]
    assert call(tmp_path, "alerts", "test", receiver.url).code == 1
