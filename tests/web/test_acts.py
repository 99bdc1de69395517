"""What the site changes: every address that writes × every role, forms of other sites, verdicts, saved searches, the audit."""

from __future__ import annotations

import pytest

pytest.importorskip("httpx2", reason="httpx2 is not installed: starlette's test client needs it")
from sqlalchemy import select

from monitor import saved
from monitor.watches import load_watches
from monitor.web import access, share
from monitor.web.guard import Door
from pipelines.persist import keys_of_row
from pipelines.store.schema import ArticleRow, AuditRow, FigureRow
from pipelines.store.search import Keys, index_again
from pipelines.store.session import session
from tests.alerts.conftest import World, engine, world  # noqa: F401
from tests.web.test_site import NAME, client, workspace  # noqa: F401

WRITES = (
    ("/review/figure:1", {"verdict": "confirm"}, "editor"),
    ("/beside/article:1", {"what": "tag", "value": "urgent"}, "editor"),
    ("/searches", {"name": "Mine", "query": "?q=captured"}, "researcher"),
    ("/searches/1/watch", {}, "editor"),
    ("/searches/1/remove", {}, "researcher"),  # one's own
    ("/watch/foreign-fighters/edit", {"at": "06:30"}, "editor"),
)


def _token(folder, role: str) -> dict[str, str]:
    accounts, token = access.with_token(access.load(folder), role, role)
    access.save(folder, accounts)
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("role", [None, *access.ROLES])
def test_every_address_that_writes_for_every_role(workspace, role):  # noqa: F811
    who = _token(workspace, role or "viewer") if role else {"authorization": "Bearer mon_wrong"}
    _token(workspace, "administrator") if role is None else None
    for path, form, least in WRITES:
        may = role is not None and access.ROLES.index(role) >= access.ROLES.index(least)
        got = client(workspace).post(f"/api{path}", data=form, headers=who)
        assert got.status_code == (401 if role is None else 200 if may else 403), (path, role, got.text)


def test_no_address_takes_a_form_of_another_site(workspace):  # noqa: F811
    site = client(workspace)
    paths = {route.path for route in site.app.routes if "POST" in (getattr(route, "methods", None) or ())}
    assert len(paths) > 8
    for path in paths - {"/stop/{token}"}:  # the stop link of a mail is itself the right to stop
        got = site.post(path.replace("{key}", "figure:1"), headers={"sec-fetch-site": "cross-site"})
        assert got.status_code == 403, path


def test_a_verdict_wins_and_is_in_the_audit(workspace, world: World):  # noqa: F811
    editor, admin = _token(workspace, "editor"), _token(workspace, "administrator")
    site = client(workspace)
    values = {"was.role": "captive", "value.role": "fighter", "was.status": "captured", "value.status": "captured"}
    done = site.post(
        "/api/review/figure:1", data={"verdict": "correct", **values, "note": "She said so."}, headers=editor
    )
    assert done.json()["values"]["role"] == "fighter" and done.json()["reviewed_by"] == "editor"
    with session(world.engine) as opened:
        assert opened.get_one(FigureRow, 1).role == "fighter"
    assert "fighter" in site.get("/article/1", headers=editor).text
    assert "She said so." in site.get("/review/figure:1", headers=editor).text
    site.get("/persons.csv", headers=editor)
    said = site.get("/api/audit", headers=admin).json()["audit"]
    assert {"review correct", "export with names"} <= {one["action"] for one in said}
    assert all(NAME not in str(one) for one in said)
    assert site.post("/review/figure:1", data={"verdict": "correct"}, headers=editor).status_code == 400


def test_a_watch_is_edited_and_what_was_wrong_can_be_mended(workspace, world: World):  # noqa: F811
    editor = _token(workspace, "editor")
    site, path = client(workspace), "/watch/foreign-fighters"
    assert f'action="{path}/edit"' in site.get(path, headers=editor).text
    assert "desk@example.org" not in site.get(path, headers=_token(workspace, "researcher")).text
    wrong = site.post(f"{path}/edit", data={"to": "nobody", "at": "07:15", "was.at": "07:00"}, headers=editor)
    assert wrong.status_code == 400 and 'name="at" value="07:15"' in wrong.text and 'value="nobody"' in wrong.text
    right = {"to": "desk@example.org", "to_rate": "weekly", "at": "07:15", "was.at": "07:00", "next": path}
    assert site.post(f"{path}/edit", data=right, headers=editor, follow_redirects=False).status_code == 303
    told = load_watches(workspace)["foreign-fighters"]
    assert (told.at, [(one.address, one.rate) for one in told.recipients]) == (
        "07:15",
        [("desk@example.org", "weekly")],
    )
    assert "desk@example.org" in site.get(path, headers=editor).text
    with session(world.engine) as opened:
        row = opened.scalars(select(AuditRow).where(AuditRow.action == "watch edit")).one()
    assert (row.actor, row.target) == ("editor", "watch:foreign-fighters") and "desk" not in str(row.detail)


def test_two_spellings_are_joined_in_a_page_and_taken_apart(workspace, world: World):  # noqa: F811
    world.article(figures=({"name": "Іван Сміленко", "role": "captive", "status": "captured"},))
    editor = _token(workspace, "editor")
    site = client(workspace)
    with session(world.engine) as opened:
        other = max(opened.scalars(select(FigureRow.id)))
    assert 'action="/figure/1/merge"' in site.get("/figure/1", headers=editor).text
    assert site.post("/figure/1/merge", data={"other": "nobody"}, headers=editor).status_code == 400
    done = site.post("/api/figure/1/merge", data={"other": f"https://x.example/figure/{other}"}, headers=editor).json()
    assert {row["figure"] for row in site.get("/api/figure/1", headers=editor).json()["said"]} >= {1, other}
    assert site.post(f"/api/figure/{other}/split", headers=editor).json()["was"] == done["person"]
    with session(world.engine) as opened:
        acted = opened.execute(select(AuditRow.actor, AuditRow.action).where(AuditRow.action.in_(["merge", "split"])))
        assert acted.all() == [("editor", "merge"), ("editor", "split")]


def test_looking_at_a_person_with_a_login_is_kept(workspace, world: World):  # noqa: F811
    who = _token(workspace, "researcher")
    for _ in range(3):
        client(workspace).get("/figure/1", headers=who)
    with session(world.engine) as opened:
        rows = opened.scalars(select(AuditRow).where(AuditRow.action == "unmask")).all()
    assert [(row.actor, row.target) for row in rows] == [("researcher", "figure:1")]


RULES = (
    ({"q": "captured"}, "captured"),
    ({"q": '"foreign fighters" -film', "country": "UA"}, '"foreign fighters" AND NOT film AND country:"UA"'),
    ({"q": "title:полонений"}, "title:полонен*"),
    ({"rule": "a NEAR/5 b", "tag": "agency"}, '(a NEAR/5 b) AND tag:"agency"'),
    ({"q": "AND or"}, '"AND" AND "or"'),
    ({"q": "x", "role": "captive"}, None),
    ({"since": "2026-01-01"}, None),
)


@pytest.mark.parametrize(("asked", "rule"), RULES)
def test_a_search_as_a_rule(asked, rule):
    if rule is not None:
        assert saved.rule_of(asked) == rule
        return
    with pytest.raises(saved.SavedError):
        saved.rule_of(asked)


def test_a_rule_is_a_query(workspace, world: World):  # noqa: F811
    with session(world.engine) as opened:
        row = opened.get_one(ArticleRow, 1)
        index_again(opened, 1, Keys(), keys_of_row(row))
    site = client(workspace)
    for rule, found in (("captured NEAR/9 river", 1), ("captured AND NOT river", 0), ("$pow OR captured", 1)):
        got = site.get("/api/search", params={"rule": rule}).json()
        assert len(got["articles"]) == found, rule
    broken = site.get("/api/search", params={"rule": "titel:x AND ("})
    assert broken.status_code == 400 and "titel" not in broken.text


def test_a_believed_proxy_says_who_and_how(workspace):  # noqa: F811
    access.save(workspace, access.by_proxy(access.load(workspace), "ana", "editor"))
    door = Door(workspace, b"s", proxies=frozenset({"10.0.0.5"}), header="remote-user")
    from starlette.datastructures import Headers

    said = Headers({"remote-user": "ana", "x-forwarded-proto": "https", "x-forwarded-for": "evil, 192.0.2.7"})
    assert door.who(said, "10.0.0.5") == access.Who("editor", "ana")
    assert door.who(said, "10.0.0.6") is None
    assert door.who(Headers({"remote-user": "bob"}), "10.0.0.5") is None
    assert door.secure(said, "10.0.0.5", "http") and not door.secure(said, "10.0.0.6", "http")
    assert (door.client(said, "10.0.0.5"), door.client(said, "10.0.0.6")) == ("192.0.2.7", "10.0.0.6")
    assert access.load(workspace).by_password("ana", access.BY_PROXY) is None


SHARED = {"outlet": "o", "title": "T", "body": "b" * 900, "lead": "L", "figures": [{"quote": "q" * 900}]}


@pytest.mark.parametrize(("allowed", "body", "quote"), [("full", 900, 900), ("excerpt", 300, 300), ("link_only", 0, 0)])
def test_a_viewer_sees_what_an_outlet_lets_pass(allowed, body, quote):
    seen = share.limit(SHARED, {"o": allowed})
    assert (len(seen["body"]), len(seen["figures"][0]["quote"]), seen["title"]) == (body, quote, "T")
