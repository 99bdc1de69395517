"""Looking at mails before they go out, and at what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.alerts import log, preview
from monitor.alerts.outbox import send
from monitor.alerts.planner import plan
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, parse, watch


def test_a_story_is_shown_as_it_was_sent(engine, world, smtp, inbox):
    watches = {"volunteers": watch()}
    world.article()
    plan(engine, watches, {}, NOW, CONFIG)
    send(engine, smtp, lambda: NOW)
    with session(engine) as opened:
        shown = preview.story(opened, 1, "reader@example.net", watches, {}, NOW, CONFIG)
        queued = preview.queued(opened)
        with pytest.raises(LookupError, match="told nothing of story 9"):
            preview.story(opened, 9, "reader@example.net", watches, {}, NOW, CONFIG)
        with pytest.raises(LookupError, match="no mail 77"):
            preview.queued(opened, 77)
    assert shown.text == queued.text
    assert shown.html == queued.html
    assert parse(queued.eml)["Message-ID"] == inbox.mails[0]["Message-ID"]


def test_a_preview_of_a_digest_tells_nothing(engine, world):
    watches = {"volunteers": watch(rate="daily")}
    world.article()
    plan(engine, watches, {}, NOW, CONFIG)
    with session(engine) as opened:
        shown = preview.digest(opened, "reader@example.net", watches, {}, NOW, CONFIG)
        assert "monitor show 1" in shown.text
    assert plan(engine, watches, {}, NOW + timedelta(days=1), CONFIG).messages == 1


def test_a_sample_goes_out_at_once(smtp, inbox):
    assert preview.send_sample(smtp, "reader@example.net", NOW, CONFIG).verdict == "sent"
    assert inbox.mails[0]["Subject"] == "Sample alert: your mail settings work"
    with pytest.raises(LookupError):
        preview.sample("nobody", NOW, CONFIG)


def test_the_log_tells_each_messages_life(engine, world, smtp, inbox):
    world.article()
    plan(engine, {"volunteers": watch()}, {}, NOW, CONFIG)
    inbox.data_answers[:] = ["451 later"]
    for minutes in (0, 2):
        send(engine, smtp, lambda minutes=minutes: NOW + timedelta(minutes=minutes))
    with session(engine) as opened:
        (life,) = log.lives(opened)
        assert log.lives(opened, states=("failed",)) == []
    assert (life["state"], life["attempts"], life["recipient"]) == ("sent", 2, "reader@example.net")
    assert [(one["result"], one["code"]) for one in life["tries"]] == [("temporary", 451), ("sent", 250)]
