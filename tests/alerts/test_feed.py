"""The Atom feed of a watch: well formed, masked, the same stories as the mails."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from monitor.alerts.feed import ATOM, atom
from monitor.alerts.planner import plan
from pipelines.store.schema import OutboxRow
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, parse, text_of, watch
from tests.calling import call

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


def test_a_feed_by_command_and_by_its_address(tmp_path, engine, world):
    """Names stay masked in it although the watch is cleared; only who has the address reads it."""
    pytest.importorskip("httpx2", reason="httpx2 is not installed: starlette's test client needs it")
    from starlette.testclient import TestClient

    from monitor.config import Config
    from monitor.web import access
    from monitor.web.app import make_app

    (tmp_path / "watchlists").mkdir()
    file = tmp_path / "watchlists" / "desk.toml"
    file.write_text('id = "desk"\nname = "Desk"\nnames_cleared = true\nlanguages = ["en"]\n'
                    '[[rules]]\nid = "a"\nquery = "captured"\n', encoding="utf-8")  # fmt: skip
    person = {"name": "Ivan Smilenko", "role": "captive", "status": "captured", "nationality": "XA"}
    world.article(figures=(person,), title="Ivan Smilenko captured", watches=("desk",))
    plan(engine, {}, {}, NOW, CONFIG)
    printed = call(tmp_path, "alerts", "feed", "desk")
    assert (printed.code, printed.out.count("<entry>"), "Smilenko" in printed.out) == (0, 1, False), printed.err
    assert 'did you mean "desk"' in call(tmp_path, "alerts", "feed", "deks").err
    address = call(tmp_path, "alerts", "feed", "desk", "--address").out.strip()
    access.save(tmp_path, access.with_user(access.Accounts(), "anna", "a long password", "viewer"))
    web = TestClient(make_app(Config(workspace=tmp_path)), base_url="https://monitor.example.org")
    got = web.get(address.removeprefix("http://127.0.0.1:8500"))
    assert (got.status_code, got.headers["content-type"]) == (200, "application/atom+xml")
    assert got.text.count("<entry>") == 1
    assert "Smilenko" not in got.text
    for wrong in ("/feed/desk.atom", "/feed/é.atom", address[-20:], f"{address}x"):
        assert web.get(wrong.removeprefix("http://127.0.0.1:8500"), follow_redirects=False).status_code != 200
    anew = call(tmp_path, "alerts", "feed", "desk", "--new-address").out.strip()
    assert call(tmp_path, "alerts", "feed", "desk", "--address").out.strip() == anew
    pages = [web.get(one.removeprefix("http://127.0.0.1:8500")).status_code for one in (address, anew)]
    assert pages == [404, 200], "the old address is taken back, the new one reads"


def test_what_mails_and_feeds_link_to_is_there(tmp_path, engine, world):
    pytest.importorskip("httpx2", reason="httpx2 is not installed: starlette's test client needs it")
    from starlette.testclient import TestClient

    from monitor.config import Config
    from monitor.web.app import make_app

    watches = {"volunteers": watch()}
    world.article()
    config = replace(CONFIG, public_url="https://monitor.example.org")
    plan(engine, watches, {}, NOW, config)
    with session(engine) as opened:
        text = text_of(parse(opened.scalars(select(OutboxRow)).one().message))
        text += atom(opened, "volunteers", watches, {}, NOW, config).decode()
    links = set(re.findall(r"https://monitor\.example\.org(/(?:article|story)\w*/\d+)", text))
    web = TestClient(make_app(Config(workspace=tmp_path)), base_url="http://localhost")
    assert links == {"/article/1", "/story/1"}
    assert [web.get(link).status_code for link in links] == [200, 200]
