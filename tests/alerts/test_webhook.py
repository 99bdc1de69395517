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
from pipelines.store.schema import OutboxRow
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, SECRET, watch


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
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


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
