"""The Atom feed of a watch: well formed, masked, the same stories as the mails."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from monitor.alerts.feed import ATOM, atom
from monitor.alerts.planner import plan
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, watch

NAMES = {"a": ATOM}


def test_a_feed_has_each_story_once_newest_first(engine, world):
    watches = {"volunteers": watch()}
    person = {"name": "Ivan Smilenko", "role": "captive", "status": "captured", "nationality": "XA"}
    world.article(figures=(person,), title="Ivan Smilenko captured", quote="Ivan Smilenko was captured.")
    world.article(figures=(person,), outlet="example-times")
    world.article(title="Another story <b>&\x00\x1b")
    world.article(title="A possible one", kind="possible")
    plan(engine, watches, {}, NOW, CONFIG)
    with session(engine) as opened:
        content = atom(opened, "volunteers", watches, {}, NOW, CONFIG)
        assert content == atom(opened, "volunteers", watches, {}, NOW, CONFIG)
        assert not opened.new
        with pytest.raises(LookupError):
            atom(opened, "nothing", watches, {}, NOW, CONFIG)
    assert b"Smilenko" not in content
    root = ElementTree.fromstring(content)
    entries = root.findall("a:entry", NAMES)
    assert len(entries) == 2
    assert "2 outlets" in (entries[1].findtext("a:content", "", NAMES))
    ids = [one.text for one in root.iter(f"{{{ATOM}}}id")]
    assert len(set(ids)) == 3
    assert all(one and one.startswith("urn:uuid:") for one in ids)
